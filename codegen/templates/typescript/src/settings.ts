// The settings: read once from the environment, checked before anything starts. An error names variable, value, remedy.

import type { Level } from "./model.js";
import { SigningKeys } from "./signature.js";

/** Why the service refuses to start. */
export class SettingError extends Error {
  constructor(name: string, value: string, remedy: string) {
    super(`${name} is ${value ? `\`${value}\`` : "unset"}: ${remedy}`);
  }
}

/** A value that no log, error or JSON shows. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }
}

/** What decides when the truth cannot be had: the last known state for up to `maxStale`, then a fixed one. */
export interface Fallback {
  lastKnown: boolean;
  thenOpen: boolean;
}

const FALLBACKS: Record<string, Fallback> = {
  last_known: { lastKnown: true, thenOpen: false },
  "last_known:open": { lastKnown: true, thenOpen: true },
  open: { lastKnown: false, thenOpen: true },
  closed: { lastKnown: false, thenOpen: false },
};

/** What a downtime does to a group: no new opening, the state all the same, or no change at all. */
export type Muted = "hold" | "follow" | "ignore";

const SWITCH = { "0": false, "1": true };
const NO_DATA: Record<string, Level | null> = { hold: null, open: "open", closed: "closed" };
const MUTED: Record<string, Muted> = { hold: "hold", follow: "follow", ignore: "ignore" };

/** Every setting of the README's table. Durations are milliseconds, shares are `0 … 1`. */
export type Settings = ReturnType<typeof parse>;

function parse(env: Env) {
  return {
    listen: env.listen(),
    datadogUrl: env.datadogUrl(),
    apiKey: env.required("DD_API_KEY"),
    appKey: env.required("DD_APP_KEY"),
    signingKeys: env.signingKeys(),
    redisUrl: env.redisUrl(),
    adminToken: env.secret("CB_ADMIN_TOKEN"),
    monitors: env.monitors(),
    requireServiceTag: env.choice("CB_REQUIRE_SERVICE_TAG", SWITCH),
    poll: env.seconds("CB_POLL_S", 60),
    idlePoll: env.seconds("CB_IDLE_POLL_S", 300),
    lease: env.seconds("CB_LEASE_S", 900),
    absentAfter: env.seconds("CB_ABSENT_AFTER_S", 600),
    maxStale: env.seconds("CB_MAX_STALE_S", 3600),
    ramp: env.seconds("CB_RAMP_S", 30, 0, 86_400),
    probeRatio: env.number("CB_PROBE_RATIO", 0.01, 0, 1),
    probeInterval: env.seconds("CB_PROBE_INTERVAL_S", 10),
    degradedShare: env.number("CB_DEGRADED_PERCENT", 50, 0, 100) / 100,
    maxOpenShare: env.number("CB_MAX_OPEN_PERCENT", 100, 0, 100) / 100,
    onNoData: env.choice("CB_ON_NO_DATA", NO_DATA),
    onMuted: env.choice("CB_ON_MUTED", MUTED),
    rejectUnknown: env.choice("CB_ON_UNKNOWN_BREAKER", { allow: false, reject: true }),
    onStoreDown: env.choice("CB_ON_STORE_DOWN", FALLBACKS),
    onSourceDown: env.choice("CB_ON_SOURCE_DOWN", FALLBACKS),
    hookTimeout: env.seconds("CB_HOOK_TIMEOUT_S", 10),
    conformance: env.choice("CB_CONFORMANCE", SWITCH),
  };
}

/** Reads every setting from `variables`: the process environment, or a test's table. */
export function readSettings(variables: Record<string, string | undefined>): Settings {
  const settings = parse(new Env(variables));
  const least = (3 * settings.idlePoll) / 1000;
  if (settings.lease / 1000 < least) {
    throw new SettingError(
      "CB_LEASE_S",
      `${settings.lease / 1000}`,
      `a lease outlives three idle polls: at least ${least}`,
    );
  }
  return settings;
}

/** The environment; an empty variable counts as unset. */
class Env {
  constructor(private readonly variables: Record<string, string | undefined>) {}

  text(name: string): string | undefined {
    return this.variables[name]?.trim() || undefined;
  }

  secret(name: string): Secret | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : new Secret(text);
  }

  required(name: string): Secret {
    const secret = this.secret(name);
    if (!secret) throw new SettingError(name, "", "set it to a key that may read monitors and events");
    return secret;
  }

  number(name: string, fallback: number, least: number, most: number, form = /^\d+(\.\d+)?$/): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = form.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new SettingError(name, text, `give a number from ${least} to ${most}`);
  }

  seconds(name: string, fallback: number, least = 1, most = 604_800): number {
    return this.number(name, fallback, least, most, /^\d+$/) * 1000;
  }

  /** The first choice is the default. */
  choice<T>(name: string, choices: Record<string, T>): T {
    const words = Object.keys(choices);
    const text = this.text(name) ?? words[0]!;
    if (words.includes(text)) return choices[text] as T;
    throw new SettingError(name, text, `choose one of ${words.join(", ")}`);
  }

  listen(): { host: string; port: number } {
    const text = this.text("CB_LISTEN") ?? "0.0.0.0:8080";
    const [, host, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(text) ?? [];
    if (host && Number(port) < 65_536) return { host, port: Number(port) };
    throw new SettingError("CB_LISTEN", text, "give address and port, as in 0.0.0.0:8080");
  }

  signingKeys(): SigningKeys {
    const keys = this.text("CB_SIGNING_KEYS") ?? "";
    try {
      return new SigningKeys(keys);
    } catch (error) {
      throw new SettingError("CB_SIGNING_KEYS", keys && "(hidden)", (error as Error).message);
    }
  }

  datadogUrl(): string {
    const url = this.text("CB_DATADOG_URL") ?? `https://api.${this.text("DD_SITE") ?? "datadoghq.com"}`;
    if (/^https?:\/\/./.test(url) && URL.canParse(url)) return url.replace(/\/+$/, "");
    throw new SettingError("CB_DATADOG_URL", url, "give the API's address, as in https://api.datadoghq.eu");
  }

  redisUrl(): Secret | undefined {
    const url = this.text("REDIS_URL");
    if (url && !(/^rediss?:\/\//.test(url) && URL.canParse(url))) {
      throw new SettingError("REDIS_URL", "(hidden)", "give its address, as in redis://localhost:6379");
    }
    return this.secret("REDIS_URL");
  }

  monitors(): string[] | undefined {
    const ids = this.text("CB_MONITORS")?.split(/[ ,]+/).filter(Boolean);
    const bad = ids?.find((id) => !isId(id));
    if (bad) throw new SettingError("CB_MONITORS", bad, "list monitor ids, digits only, separated by commas");
    return ids;
  }
}

/** Ids are text of digits, never numbers: event ids exceed 2^53. */
export function isId(text: string): boolean {
  return /^\d{1,20}$/.test(text);
}
