// From a committed event to its hook: timeout, retries, acknowledgement. A failing hook changes neither state nor answer.

import { log, text } from "./log.js";
import type { Event } from "./model.js";
import type { Service } from "./service.js";
import type { Item } from "./store/store.js";

/** Tries before an entry is left to whoever asks for orphans. */
const TRIES = 6;
/** Pending for so long, an entry belongs to nobody. Longer than all tries take with the default timeout. */
const ORPHANED = 180_000;

/** Runs the hooks of `items` in their order, in the background. */
export function deliver(service: Service, items: Item[]): void {
  void (async () => {
    for (const item of items) await deliverOne(service, item);
  })();
}

/** Takes over what another instance, or an earlier life of this one, left undone. */
export async function adopt(service: Service): Promise<void> {
  try {
    deliver(service, await service.store.run("orphans", { idle: ORPHANED }));
  } catch (error) {
    log.warn({ error: text(error) }, "the outbox was not looked through");
  }
}

async function deliverOne(service: Service, { id, event }: Item): Promise<void> {
  const { clock, metrics, settings, stop, store } = service;
  for (let attempt = 0; attempt < TRIES && !stop.aborted; attempt++) {
    const ended = new AbortController();
    const late = clock.sleep(settings.hookTimeout, ended.signal).then(() => Promise.reject(new Error("timed out")));
    try {
      await Promise.race([run(service, event), late]);
      metrics.add("hookDone");
      await store.run("ack", { id }).catch((error: unknown) => {
        log.warn({ error: text(error), entry: id }, "a hook ran but may run again");
      });
      return;
    } catch (error) {
      metrics.add("hookFailed");
      log.warn({ error: text(error), entry: id, attempt }, "a hook failed");
    } finally {
      ended.abort();
    }
    await clock.sleep(1000 * 2 ** attempt, stop);
  }
}

async function run({ hooks, source }: Service, event: Event): Promise<void> {
  if (event.kind === "notification") {
    const { notification, monitor } = event;
    const id = notification.event_id;
    return hooks.onNotification(notification, async () => (id === null ? undefined : source.event(id)), monitor);
  }
  if (event.kind === "change") {
    const { kind: _, ...change } = event;
    if (change.to === "open") return hooks.onOpen(change);
    return change.to === "degraded" ? hooks.onDegraded(change) : hooks.onClose(change);
  }
}
