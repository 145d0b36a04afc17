// The seam between the mechanism and the service's own reaction: what a hook is given. The reactions live in `hooks.ts`.

import type { Change, Monitor, Notification } from "./model.js";

/** Asks Datadog for the event behind a notification; undefined if none was named. A late or missing event is an error. */
export type LazyEvent = () => Promise<Record<string, unknown> | undefined>;

/** Called at least once, after the commit, on the instance that committed. An error is logged, counted and retried. */
export interface Hooks {
  /** Every verified callback except a test, whether the monitor feeds a breaker or not. */
  onNotification(notification: Notification, event: LazyEvent, monitor: Monitor): Promise<void>;
  /** A group opened. */
  onOpen(change: Change): Promise<void>;
  /** A group is let through in part. */
  onDegraded(change: Change): Promise<void>;
  /** A group closed. */
  onClose(change: Change): Promise<void>;
}
