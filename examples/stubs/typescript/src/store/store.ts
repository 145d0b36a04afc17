// Where breakers are kept: the operations that two stores run. What is open, and why, is decided elsewhere.

import type { Event, MonitorState, Override, Want } from "../model.js";

/** The store did not do what was asked; the text says why and holds no secret. */
export class StoreError extends Error {
  constructor(why: string) {
    super(`the store cannot be used: ${why}`);
  }
}

/** One reading of a monitor. */
export interface Update {
  monitor: string;
  breaker: string;
  seq: number;
  now: number;
  lease: number;
  absent_after: number;
  source: string;
  /** The answer names every group there is: those it does not name are absent. */
  complete: boolean;
  groups: Record<string, Want>;
}

/** What became of an update: applied with these changes, or rejected as stale (then the monitor is dirty). */
export interface Outcome {
  applied: boolean;
  items: Item[];
}

/** An entry of the outbox, pending for this instance until acknowledged. */
export interface Item {
  id: string;
  event: Event;
}

/** All that is stored; the key of an override is its breaker and its group. */
export interface Contents {
  monitors: Record<string, MonitorState>;
  overrides: Record<string, Override>;
}

/** The operations of `apply.lua`, each atomic: its argument and its answer. Times are the service's clock in milliseconds. */
export interface Ops {
  /** A number greater than every earlier one; taken before the source is read. */
  fence: [argument: object, answer: number];
  /** Notes that the monitor must be read again. */
  dirty: [argument: { monitor: string; now: number }, answer: null];
  /** Replaces the state of (breaker, monitor) if the fence is newer than the last applied. */
  apply: [argument: Update, answer: Outcome];
  /** Notes a reading that failed. */
  failed: [argument: { monitor: string; now: number; why: string }, answer: null];
  /** Drops a monitor that is not this service's. */
  forget: [argument: { monitor: string }, answer: null];
  /** Puts an event (its JSON text) into the outbox. */
  emit: [argument: { event: string }, answer: Item];
  /** Takes an entry whose hook has run out of the outbox. */
  ack: [argument: { id: string }, answer: null];
  /** Takes over the entries that have been pending for `idle` ms. */
  orphans: [argument: { idle: number }, answer: Item[]];
  /** Sets an override, or clears it; audited. */
  override: [argument: Override, answer: Item];
  load: [argument: object, answer: Contents];
  /** Takes or keeps the poller's lease for `ttl` ms, gives it up with 0; answers whether it is ours. */
  lead: [argument: { ttl: number }, answer: boolean];
}

export interface Store {
  /** Runs one operation; fails with a `StoreError`. */
  run<K extends keyof Ops>(op: K, argument: Ops[K][0]): Promise<Ops[K][1]>;
  /** Calls `hint` when the contents may have changed: a hint, not a promise. */
  onChange(hint: () => void): void;
  close(): void;
}
