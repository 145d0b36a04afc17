// The store of one process, for a laptop: the rules of `apply.lua` on maps. A restart forgets it; the known monitors heal it.

import type { Clock } from "../clock.js";
import { type Change, type Entry, type Event, type Level, type MonitorState, type Want, worse } from "../model.js";
import type { Contents, Item, Ops, Outcome, Store, Update } from "./store.js";

type Rules = { [K in keyof Ops]: (argument: Ops[K][0]) => Ops[K][1] };

/** They change nothing that a snapshot shows. */
const SILENT: (keyof Ops)[] = ["fence", "load", "lead", "ack", "orphans"];

export class MemoryStore implements Store {
  private readonly contents: Contents = { monitors: {}, overrides: {} };
  /** What no hook has acknowledged, and when it was last handed out. */
  private readonly pending = new Map<string, { event: Event; since: number }>();
  private readonly hints: (() => void)[] = [];
  private seq = 0;
  private emitted = 0;

  constructor(private readonly clock: Clock) {}

  /** Copies go in and out, as over a wire: nobody else holds a part of the contents. */
  async run<K extends keyof Ops>(op: K, argument: Ops[K][0]): Promise<Ops[K][1]> {
    const answer = this.rules[op](structuredClone(argument));
    if (!SILENT.includes(op)) for (const hint of this.hints) hint();
    return structuredClone(answer);
  }

  onChange(hint: () => void): void {
    this.hints.push(hint);
  }

  close(): void {}

  private readonly rules: Rules = {
    fence: () => (this.seq = Math.max(this.seq + 1, this.clock.now() * 1000)),
    dirty: ({ monitor, now }) => {
      this.state(monitor).dirty = now;
      return null;
    },
    apply: (update) => this.apply(update),
    failed: ({ monitor, now, why }) => {
      const state = this.state(monitor);
      Object.assign(state, { tried: now, fails: state.fails + 1, source: why });
      return null;
    },
    forget: ({ monitor }) => (delete this.contents.monitors[monitor], null),
    emit: ({ event }) => this.emit(JSON.parse(event) as Event),
    ack: ({ id }) => (this.pending.delete(id), null),
    orphans: ({ idle }) => {
      const now = this.clock.now();
      const due = [...this.pending].filter(([, { since }]) => now - since >= idle);
      return due.map(([id, entry]) => ((entry.since = now), { id, event: entry.event }));
    },
    override: (override) => {
      const field = `${override.breaker} ${override.group}`;
      if (override.mode === "clear") delete this.contents.overrides[field];
      else this.contents.overrides[field] = override;
      return this.emit({ kind: "override", ...override });
    },
    load: () => this.contents,
    lead: ({ ttl }) => ttl > 0,
  };

  private state(monitor: string): MonitorState {
    const fresh = { breaker: monitor, applied: 0, dirty: 0, tried: 0, fails: 0, source: "unread", groups: {} };
    return (this.contents.monitors[monitor] ??= fresh);
  }

  private emit(event: Event): Item {
    const id = String(++this.emitted);
    this.pending.set(id, { event, since: this.clock.now() });
    return { id, event };
  }

  private apply(update: Update): Outcome {
    const { monitor, breaker, now } = update;
    const state = this.state(monitor);
    state.tried = now;
    if (update.seq <= state.applied) {
      state.dirty = now;
      return { applied: false, items: [] };
    }
    const stored = new Map(Object.entries(state.breaker === breaker ? state.groups : {}));
    const wants = new Map(Object.entries(update.groups));
    const changes: Change[] = [];
    const put = (group: string, entry: Entry, level: Level) => {
      if (level !== entry.level) {
        changes.push({ breaker, monitor, group, from: entry.level, to: level, at: now });
        Object.assign(entry, { was: entry.level, level, since: now });
      }
      stored.set(group, { ...entry, lease: now + update.lease });
    };
    for (const [group, want] of wants) {
      const { absent: _, ...entry }: Entry = stored.get(group) ?? {
        level: "closed",
        was: "closed",
        since: now,
        lease: now,
      };
      put(group, entry, wanted(want, entry));
    }
    for (const [group, entry] of update.complete ? [...stored].filter(([group]) => !wants.has(group)) : []) {
      // An open group that a complete answer does not name is held for `absent_after`, then closed, and later dropped.
      entry.absent ??= now;
      if (now - entry.absent < update.absent_after) put(group, entry, entry.level);
      else if (entry.level === "closed") stored.delete(group);
      else put(group, { ...entry, absent: now }, "closed");
    }
    const applied = { applied: update.seq, breaker, fails: 0, source: update.source };
    Object.assign(state, applied, { groups: Object.fromEntries(stored) });
    return { applied: true, items: changes.map((change) => this.emit({ kind: "change", ...change })) };
  }
}

/** A level of null holds the stored one; without `raise` a group may close or ease, but not get worse. */
function wanted(want: Want, entry: Entry): Level {
  return want.level === null || (worse(want.level, entry.level) && !want.raise) ? entry.level : want.level;
}
