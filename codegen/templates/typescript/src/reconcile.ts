// The one way a monitor's truth reaches the store: fence, read, map, apply. Whoever asks, and however often.

import type { Reading } from "./datadog.js";
import { log, text } from "./log.js";
import { map } from "./mapping.js";
import type { Monitor } from "./model.js";
import { deliver } from "./outbox.js";
import { NAME, type Service } from "./service.js";

/** The monitor is another service's. */
export class NotOurs extends Error {
  constructor(monitor: string) {
    super(`monitor \`${monitor}\` lacks the tag \`service:${NAME}\`: add it, or unset CB_REQUIRE_SERVICE_TAG`);
  }
}

/** Reconciles monitor `id`; callers that come while it is being read share the next reading. Fails with `NotOurs` too. */
export function reconcile(service: Service, id: string): Promise<Monitor> {
  return service.slots.share(id, () => readAndApply(service, id));
}

async function readAndApply(service: Service, monitor: string): Promise<Monitor> {
  const { clock, metrics, settings, source, store } = service;
  const now = clock.now();
  // The fence comes first: whatever is read after it is at least as new as the number says.
  const seq = await store.run("fence", {});
  let reading: Reading;
  try {
    reading = await source.monitor(monitor);
  } catch (error) {
    metrics.add("readFailed");
    log.warn({ error: text(error), monitor }, "the monitor was not read: its state is held and it will be read again");
    await store.run("failed", { monitor, now, why: text(error) });
    throw error;
  }
  metrics.add("readDone");
  if (settings.requireServiceTag && !reading.tags.includes(`service:${NAME}`)) {
    await store.run("forget", { monitor });
    throw new NotOurs(monitor);
  }
  await apply(service, reading, seq, now);
  return { id: monitor, name: reading.name, tags: reading.tags };
}

async function apply(service: Service, reading: Reading, seq: number, now: number): Promise<void> {
  const { lease, absentAfter } = service.settings;
  const { groups, complete, capped } = map(reading, service.settings, now);
  const monitor = reading.id;
  // A breaker is named by the monitor's tag; without one it bears the monitor's id.
  const breaker = reading.tag("circuit_breaker") ?? monitor;
  if (capped) {
    service.metrics.add("capped");
    log.error({ monitor, breaker }, "more groups alert than CB_MAX_OPEN_PERCENT allows: nothing more opens");
  }
  const source = complete ? "ok" : "unknown: a grouped monitor without groups";
  const read = { monitor, breaker, seq, now, lease, absent_after: absentAfter, source, complete };
  const outcome = await service.store.run("apply", { ...read, groups: Object.fromEntries(groups) });
  if (!outcome.applied) {
    service.metrics.add("writeRejected");
    log.info({ monitor }, "a newer reading was there already: the monitor will be read again");
  }
  deliver(service, outcome.items);
  await service.reload();
}
