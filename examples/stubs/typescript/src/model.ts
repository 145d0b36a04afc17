// The words of the breaker: levels, entries, events. Plain data in its JSON form; no rule and no I/O.

/** How a group stands. */
export type Level = "closed" | "degraded" | "open";

const RANK = { closed: 0, degraded: 1, open: 2 };

/** True if `level` is worse than `other`. */
export function worse(level: Level, other: Level): boolean {
  return RANK[level] > RANK[other];
}

/** One stored group of one monitor. Times are milliseconds since 1970. */
export interface Entry {
  level: Level;
  was: Level;
  since: number;
  lease: number;
  absent?: number;
}

/** What a reading asks of a group: `null` holds the stored level; without `raise` it may not get worse. */
export interface Want {
  level: Level | null;
  raise: boolean;
}

/** One monitor in the store. */
export interface MonitorState {
  breaker: string;
  applied: number;
  dirty: number;
  tried: number;
  fails: number;
  source: string;
  groups: Record<string, Entry>;
}

/** An operator's word on a breaker, or on one of its groups; it wins until `until`. */
export interface Override {
  breaker: string;
  group: string;
  mode: "force_open" | "force_closed" | "clear";
  actor: string;
  reason: string;
  until: number;
}

/** The body of a callback, as the dispatcher sends it. Ids are text: event ids exceed 2^53. */
export interface Notification {
  event_id: string | null;
  monitor_id: string;
  group: string | null;
  transition: string | null;
  test: boolean;
  callback_url: string;
  message_id: string;
}

/** The monitor as it was read, for the hooks. */
export interface Monitor {
  id: string;
  name: string;
  tags: string[];
}

/** A group of a breaker changed its level. */
export interface Change {
  breaker: string;
  monitor: string;
  group: string;
  from: Level;
  to: Level;
  at: number;
}

/** An entry of the audit stream. */
export type Event =
  | ({ kind: "change" } & Change)
  | { kind: "notification"; notification: Notification; monitor: Monitor }
  | ({ kind: "override" } & Override);
