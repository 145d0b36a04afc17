// Where the truth is read: the seam `Source` and Datadog's API behind it. No rule about breakers lives here.

import { text } from "./log.js";
import type { Settings } from "./settings.js";

/** The truth could not be read: unreachable, refused, not found, or no JSON. */
export class SourceError extends Error {
  constructor(what: string) {
    super(`datadog: ${what}`);
  }
}

/** What is used of the answer of `GET /api/v1/monitor/{id}`. Anything may be absent or null. */
interface Raw {
  id?: unknown;
  name?: string | null;
  multi?: boolean | null;
  overall_state?: string | null;
  tags?: unknown;
  state?: { groups?: Record<string, { status?: string | null } | null> | null } | null;
  matching_downtimes?: ({ scope?: unknown } | null)[] | null;
  options?: { silenced?: Record<string, number | null> | null } | null;
}

/** A monitor with all its groups and downtimes. What is absent or null is empty. */
export class Reading {
  private readonly raw: Raw;

  constructor(raw: unknown) {
    this.raw = (raw ?? {}) as Raw;
  }

  get id(): string {
    return String(this.raw.id);
  }

  get name(): string {
    return this.raw.name ?? "";
  }

  get tags(): string[] {
    return texts(this.raw.tags);
  }

  /** The value of the first tag `key:…`. */
  tag(key: string): string | undefined {
    return this.tags.find((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1);
  }

  /** Whether it alerts for each group on its own. */
  get grouped(): boolean {
    return this.raw.multi ?? [...this.groups.keys()].some((group) => group !== "*");
  }

  get overall(): string {
    return this.raw.overall_state ?? "";
  }

  /** Each group's status: Alert, Ignored, No Data, OK, Skipped, Unknown or Warn. */
  get groups(): Map<string, string> {
    const groups = Object.entries(this.raw.state?.groups ?? {});
    return new Map(groups.map(([group, seen]) => [group, seen?.status ?? ""]));
  }

  /** The scopes of each downtime that is on now; all parts of one must cover a group. */
  get downtimes(): string[][] {
    return (this.raw.matching_downtimes ?? []).map((downtime) => texts(downtime?.scope));
  }

  /** Scopes muted by the monitor's own option at `now` (milliseconds); null mutes for ever. */
  silenced(now: number): string[] {
    const silenced = Object.entries(this.raw.options?.silenced ?? {});
    return silenced.filter(([, until]) => until === null || until * 1000 > now).map(([scope]) => scope);
  }
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

/** What the service needs to know of the world outside. */
export interface Source {
  /** One monitor with all its groups and downtimes. */
  monitor(id: string): Promise<Reading>;
  /** The ids of the monitors tagged with this service and a breaker. */
  known(service: string): Promise<string[]>;
  /** One event: title, text, tags, `date_happened`, `alert_type`; use its `id_str`. */
  event(id: string): Promise<Record<string, unknown>>;
}

const PATIENCE = 5_000;
const PAGE = 1_000;
const MAX_PAGES = 100;

export class Datadog implements Source {
  constructor(private readonly settings: Settings) {}

  async monitor(id: string): Promise<Reading> {
    const reading = new Reading(await this.get(`/api/v1/monitor/${id}?group_states=all&with_downtimes=true`));
    if (reading.id === id) return reading;
    throw new SourceError(`asked for monitor \`${id}\`, the answer is \`${reading.id}\``);
  }

  async known(service: string): Promise<string[]> {
    const tag = `service:${service}`;
    const ids: string[] = [];
    for (let page = 0; page < MAX_PAGES; page++) {
      const found = await this.get(`/api/v1/monitor?monitor_tags=${tag}&page=${page}&page_size=${PAGE}`);
      if (!Array.isArray(found)) throw new SourceError("the list of monitors is no list");
      const ours = found.map((raw) => new Reading(raw)).filter((m) => m.tags.includes(tag) && m.tag("circuit_breaker"));
      ids.push(...ours.map((monitor) => monitor.id));
      if (found.length < PAGE) break;
    }
    return ids;
  }

  async event(id: string): Promise<Record<string, unknown>> {
    const answer = (await this.get(`/api/v1/events/${id}`)) as { event?: Record<string, unknown> } | null;
    if (answer?.event) return answer.event;
    throw new SourceError(`event \`${id}\`: the answer holds no event`);
  }

  /** Redirects are refused: they would carry the keys to another host. */
  private async get(path: string): Promise<unknown> {
    const keys = { "dd-api-key": this.settings.apiKey.reveal(), "dd-application-key": this.settings.appKey.reveal() };
    try {
      const options: RequestInit = { headers: keys, redirect: "error", signal: AbortSignal.timeout(PATIENCE) };
      const answer = await fetch(this.settings.datadogUrl + path, options);
      const body = await answer.text();
      if (answer.status !== 200) throw new Error(`status ${answer.status}`);
      // Ids beyond 2^53 are quoted first: as numbers they would be rounded.
      return JSON.parse(body.replace(/("id"\s*:\s*)(\d{16,})/g, '$1"$2"'));
    } catch (error) {
      throw new SourceError(`GET ${path.split("?")[0]}: ${text((error as Error).cause ?? error)}`);
    }
  }
}
