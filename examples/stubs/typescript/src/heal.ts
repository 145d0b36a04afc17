// Nothing is believed for ever: dirty monitors are read again, open ones often, all known ones now and then.

import { SourceError } from "./datadog.js";
import { log, text } from "./log.js";
import type { MonitorState } from "./model.js";
import { adopt } from "./outbox.js";
import { NotOurs, reconcile } from "./reconcile.js";
import { NAME, type Service } from "./service.js";

/** Re-reads after the last callback, in milliseconds: Datadog's own state may lag its notification. */
const STEPS = [5_000, 15_000, 30_000, 60_000, 120_000];
const TICK = 1_000;
/** The poller's lease; another instance takes over after so long. */
const LEAD = 5_000;
const RELOAD = 5_000;
const READS_AT_ONCE = 4;

/** Keeps the snapshot fresh: at every hint, and every five seconds without one. */
export async function refresh(service: Service): Promise<void> {
  let nap = new AbortController();
  const wake = () => nap.abort();
  service.store.onChange(wake);
  service.stop.addEventListener("abort", wake);
  while (!service.stop.aborted) {
    // Renewed before the reload: a hint that comes while it runs is not lost.
    nap = new AbortController();
    await service.reload();
    await service.clock.sleep(RELOAD, nap.signal);
  }
}

/** Polls until the end. The first round is every instance's own, so that a fresh start heals by itself; then one leads. */
export async function poll(service: Service): Promise<void> {
  const poller = new Poller(service);
  await service.reload();
  while (!service.stop.aborted) {
    // Without the store nobody leads; that it is down is logged by the reload.
    const leads = await service.store.run("lead", { ttl: LEAD }).catch(() => false);
    if (leads || poller.fresh) await poller.round();
    await service.clock.sleep(TICK, service.stop);
  }
}

class Poller {
  private known = new Set<string>();
  /** When the list of known monitors is due; 0 until it was read for the first time. */
  private listDue = 0;
  private listFails = 0;
  /** For each monitor, the reading after which its next poll was drawn, and that poll. */
  private readonly polls = new Map<string, { tried: number; due: number }>();

  constructor(private readonly service: Service) {}

  get fresh(): boolean {
    return this.listDue === 0;
  }

  async round(): Promise<void> {
    const now = this.service.clock.now();
    if (now >= this.listDue) {
      await this.list(now);
      await adopt(this.service);
    }
    const due = this.due(now);
    const queue = due.values();
    const reader = async () => {
      for (const id of queue) await this.read(id);
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, reader));
    if (due.length > 0) await this.service.reload();
  }

  private async read(id: string): Promise<void> {
    try {
      await reconcile(this.service, id);
    } catch (error) {
      if (error instanceof NotOurs) this.known.delete(id);
      else if (!(error instanceof SourceError)) log.warn({ error: text(error), monitor: id }, "a poll failed");
    }
  }

  /** The service's own list, else the monitors tagged with its name and a breaker. */
  private async list(now: number): Promise<void> {
    const { settings, source } = this.service;
    try {
      this.known = new Set(settings.monitors ?? (await source.known(NAME)));
      this.listFails = 0;
      this.listDue = now + settings.idlePoll;
    } catch (error) {
      log.warn({ error: text(error) }, "the known monitors were not listed");
      this.listFails += 1;
      this.listDue = now + backoff(this.listFails, settings.poll);
    }
  }

  private due(now: number): string[] {
    const { monitors } = this.service.guard.snapshot.contents;
    const ids = new Set([...this.known, ...Object.keys(monitors)]);
    for (const id of this.polls.keys()) if (!ids.has(id)) this.polls.delete(id);
    return [...ids].filter((id) => {
      const monitor = monitors[id];
      // Never read: due at once, as after a fresh start or a flush of the store.
      if (!monitor || monitor.tried === 0) return true;
      let poll = this.polls.get(id);
      if (poll?.tried !== monitor.tried) {
        poll = { tried: monitor.tried, due: monitor.tried + this.interval(monitor) };
        this.polls.set(id, poll);
      }
      return now >= next(monitor, poll.due, this.service.settings.poll);
    });
  }

  /** The time until the next poll, shortened by up to a tenth so that monitors spread out. */
  private interval(monitor: MonitorState): number {
    const { settings, random } = this.service;
    const busy = Object.values(monitor.groups).some((entry) => entry.level !== "closed");
    return Math.round((busy ? settings.poll : settings.idlePoll) * (1 - random() / 10));
  }
}

/** When a monitor is to be read next: by its poll, the steps after its last callback, or the retry of a failure. */
export function next(monitor: MonitorState, poll: number, most: number): number {
  const steps = monitor.dirty > 0 ? STEPS.map((step) => monitor.dirty + step) : [];
  const step = steps.find((due) => due > monitor.tried) ?? Infinity;
  const retry = monitor.fails > 0 ? monitor.tried + backoff(monitor.fails, most) : Infinity;
  return Math.min(poll, step, retry);
}

/** 5, 10, 20 … seconds after the first, second, third … failure, but never more than `most`. */
export function backoff(fails: number, most: number): number {
  return Math.min(5_000 * 2 ** (fails - 1), most);
}
