// The one question a request asks: may this call go out? Answered from the snapshot alone: no I/O, nothing awaited.

import { EventEmitter } from "node:events";
import { ofKey } from "./chance.js";
import type { Clock } from "./clock.js";
import { log } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { Entry } from "./model.js";
import type { Fallback, Settings } from "./settings.js";
import { type Breaker, type Flag, Snapshot, tagsOf } from "./snapshot.js";
import type { Contents } from "./store/store.js";

/** `probe` is a call that goes out although the breaker is open, so that the monitor has something to see. */
export type Verdict = "allow" | "probe" | "reject";

/** Three reloads missed: the store counts as down. */
const STALE = 15_000;
/** Names of unknown breakers that are logged before the guard only counts. */
const MAX_LOGGED = 100;

export class Guard {
  /** Emits "load" whenever the store was asked, whether it answered or not. */
  readonly loads = new EventEmitter();
  private current = new Snapshot();
  private storeFails = false;
  private readonly logged = new Set<string>();

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly random: () => number,
  ) {}

  /** Asks for one call to `group` (`bank_code:0001,env:prod`, or `*`) of `breaker`; shares are drawn at random. */
  allow(breaker: string, group: string): Verdict {
    return this.count(this.judge(breaker, group, this.random));
  }

  /** As `allow`, but the caller with this key always falls on the same side of a percentage. */
  allowKey(breaker: string, group: string, key: string): Verdict {
    return this.count(this.judge(breaker, group, () => ofKey(key)));
  }

  /** The snapshot now, for display. */
  get snapshot(): Snapshot {
    return this.current;
  }

  /** Takes what the store held at `at`, or notes that it did not answer. */
  replace(contents: Contents | undefined, at: number): void {
    this.storeFails = !contents;
    if (contents) this.current = new Snapshot(contents, at, this.settings.ramp, this.current);
    this.loads.emit("load");
  }

  private count(verdict: Verdict): Verdict {
    this.metrics.add(verdict);
    return verdict;
  }

  private judge(name: string, group: string, draw: () => number): Verdict {
    const { onStoreDown, maxStale } = this.settings;
    const { breakers, loaded } = this.current;
    const now = this.clock.now();
    const asked = tagsOf(group);
    const breaker = breakers.get(name);
    const forced = breaker?.overrideOf(asked, now);
    if (forced) return forced.mode === "force_open" ? "reject" : "allow";
    const age = loaded === undefined ? Infinity : now - loaded;
    const down = loaded === undefined || (this.storeFails && age > STALE);
    if (down && !holds(onStoreDown, age, maxStale)) return onStoreDown.thenOpen ? "reject" : "allow";
    if (!breaker?.fed) return this.unknown(name);
    // While the store is down no lease can be renewed: entries are judged as of the last load.
    return this.weigh(breaker, asked, down ? loaded! : now, draw);
  }

  /** The worst of all matching groups decides: the smallest share of calls that may go out. */
  private weigh(breaker: Breaker, asked: string[], at: number, draw: () => number): Verdict {
    let least = 1;
    let worst = undefined as Flag | undefined;
    const look = (flag: Flag) => {
      const share = this.share(flag.entry, at);
      if (share < least) [least, worst] = [share, flag];
    };
    breaker.hot.matching(asked, look);
    if (at >= breaker.coldLease) breaker.cold.matching(asked, look);
    if (worst && least <= 0) return this.probe(worst);
    return worst && draw() >= least ? "reject" : "allow";
  }

  /** The share of calls that one group lets out at this moment. */
  private share(entry: Entry, at: number): number {
    const { onSourceDown, maxStale, degradedShare, ramp } = this.settings;
    if (at >= entry.lease && !holds(onSourceDown, at - entry.lease, maxStale)) return onSourceDown.thenOpen ? 0 : 1;
    if (entry.level === "open") return 0;
    if (entry.level === "degraded") return degradedShare;
    const since = Math.max(at - entry.since, 0);
    if (entry.was === "closed" || since >= ramp) return 1;
    const start = entry.was === "open" ? 0 : degradedShare;
    return start + ((1 - start) * since) / ramp;
  }

  /** Open, and yet a few: a share of all calls, and one each interval if that share has sent none. */
  private probe({ probed }: Flag): Verdict {
    const now = this.clock.now();
    const due = now - probed.at >= this.settings.probeInterval;
    if (due) probed.at = now;
    return due || this.random() < this.settings.probeRatio ? "probe" : "reject";
  }

  /** A breaker nobody feeds: counted always, logged once. */
  private unknown(name: string): Verdict {
    this.metrics.add("unknownBreaker");
    if (!this.logged.has(name) && this.logged.size < MAX_LOGGED) {
      this.logged.add(name);
      log.warn({ breaker: name }, "no monitor feeds this breaker: check its tag `circuit_breaker:NAME`");
    }
    return this.settings.rejectUnknown ? "reject" : "allow";
  }
}

/** True while the last known state still stands, `age` milliseconds after it was last confirmed. */
function holds(policy: Fallback, age: number, maxStale: number): boolean {
  return policy.lastKnown && age < maxStale;
}
