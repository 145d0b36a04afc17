// Counters in Prometheus' text form. Adding to one is one addition: the guard counts on every call.

/** What is counted, with its name for Prometheus; one table. */
const NAMES = {
  allow: 'cb_guard_total{verdict="allow"}',
  probe: 'cb_guard_total{verdict="probe"}',
  reject: 'cb_guard_total{verdict="reject"}',
  unknownBreaker: "cb_guard_unknown_breaker_total",
  callbackDone: 'cb_callbacks_total{result="done"}',
  callbackRefused: 'cb_callbacks_total{result="refused"}',
  callbackFailed: 'cb_callbacks_total{result="failed"}',
  readDone: 'cb_reads_total{result="done"}',
  readFailed: 'cb_reads_total{result="failed"}',
  writeRejected: "cb_writes_rejected_total",
  capped: "cb_max_open_reached_total",
  hookDone: 'cb_hooks_total{result="done"}',
  hookFailed: 'cb_hooks_total{result="failed"}',
  storeFailed: "cb_store_failures_total",
};

export type Count = keyof typeof NAMES;

export class Metrics {
  private readonly counts = Object.fromEntries(Object.keys(NAMES).map((count) => [count, 0])) as Record<Count, number>;

  add(count: Count): void {
    this.counts[count] += 1;
  }

  get(count: Count): number {
    return this.counts[count];
  }

  /** All counters, then `gauges`: names with their values now. */
  render(gauges: [string, number][]): string {
    const counters = Object.entries(NAMES).map(([count, name]) => [name, this.counts[count as Count]]);
    return [...counters, ...gauges].map(([name, value]) => `${name} ${value}\n`).join("");
  }
}
