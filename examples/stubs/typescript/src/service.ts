// The parts of the service and what they share. What is done with them lives in the files above.

import { readFileSync } from "node:fs";
import type { Clock } from "./clock.js";
import type { Source } from "./datadog.js";
import { Guard } from "./guard.js";
import type { Hooks } from "./hook.js";
import { log, text } from "./log.js";
import { Metrics } from "./metrics.js";
import type { Monitor } from "./model.js";
import type { Settings } from "./settings.js";
import { Slots } from "./slots.js";
import type { Store } from "./store/store.js";

const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
/** The service's name: that of its package, and of its tag `service:NAME`. */
export const NAME = (JSON.parse(manifest) as { name: string }).name;

/** What a service is made of; tests bring their own. */
export interface Parts {
  clock: Clock;
  store: Store;
  source: Source;
  hooks: Hooks;
  /** A number in `0 … 1`, another at each call. */
  random: () => number;
}

export class Service {
  readonly metrics = new Metrics();
  readonly slots = new Slots<Monitor>();
  readonly clock: Clock;
  readonly store: Store;
  readonly source: Source;
  readonly hooks: Hooks;
  readonly random: () => number;
  readonly guard: Guard;
  readonly started: number;
  /** Aborted when the service ends: every sleeper wakes and leaves. */
  readonly stopping = new AbortController();
  private readonly reloads = new Slots<void>();

  constructor(
    readonly settings: Settings,
    parts: Parts,
  ) {
    ({ clock: this.clock, store: this.store, source: this.source, hooks: this.hooks, random: this.random } = parts);
    this.guard = new Guard(settings, this.clock, this.metrics, this.random);
    this.started = this.clock.now();
  }

  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  /** Reads the store into the guard's snapshot; one reload at a time, so that an older one cannot win. */
  reload(): Promise<void> {
    return this.reloads.share("", async () => {
      const at = this.clock.now();
      const contents = await this.store.run("load", {}).catch((error: unknown) => {
        this.metrics.add("storeFailed");
        log.warn({ error: text(error) }, "the snapshot was not reloaded");
        return undefined;
      });
      this.guard.replace(contents, at);
    });
  }
}
