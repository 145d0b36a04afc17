// Yours: what this service does, beyond the breaker, when a monitor speaks. Written once and never overwritten.

import type { Hooks, LazyEvent } from "./hook.js";
import { log } from "./log.js";
import type { Change, Monitor, Notification } from "./model.js";

/** Each hook runs at least once, after the state is stored: make them idempotent. An error or a timeout is retried. */
export class ServiceHooks implements Hooks {
  /**
   * For every callback that is no test, whether its monitor feeds a breaker or not. `await event()` asks Datadog for the
   * event's text, tags and alert type; it may be late, so do not depend on it.
   */
  async onNotification(notification: Notification, _event: LazyEvent, monitor: Monitor): Promise<void> {
    const { group, transition } = notification;
    log.info({ monitor: monitor.id, name: monitor.name, group, transition }, "notified");
  }

  async onOpen({ breaker, group, monitor }: Change): Promise<void> {
    log.warn({ breaker, group, monitor }, "breaker opened");
  }

  async onDegraded({ breaker, group, monitor }: Change): Promise<void> {
    log.warn({ breaker, group, monitor }, "breaker degraded");
  }

  async onClose({ breaker, group, monitor }: Change): Promise<void> {
    log.info({ breaker, group, monitor }, "breaker closed");
  }
}
