package breaker;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counters in Prometheus' text form. Adding to one takes no lock: the guard counts on every call.
 */
final class Metrics {
  /** The verdicts come first, in their order. */
  enum Counter {
    GUARD_ALLOW("cb_guard_total{verdict=\"allow\"}"),
    GUARD_PROBE("cb_guard_total{verdict=\"probe\"}"),
    GUARD_REJECT("cb_guard_total{verdict=\"reject\"}"),
    GUARD_UNKNOWN("cb_guard_unknown_breaker_total"),
    CALLBACK_DONE("cb_callbacks_total{result=\"done\"}"),
    CALLBACK_REFUSED("cb_callbacks_total{result=\"refused\"}"),
    CALLBACK_FAILED("cb_callbacks_total{result=\"failed\"}"),
    READ_DONE("cb_reads_total{result=\"done\"}"),
    READ_FAILED("cb_reads_total{result=\"failed\"}"),
    WRITE_REJECTED("cb_writes_rejected_total"),
    CAPPED("cb_max_open_reached_total"),
    HOOK_DONE("cb_hooks_total{result=\"done\"}"),
    HOOK_FAILED("cb_hooks_total{result=\"failed\"}"),
    STORE_FAILED("cb_store_failures_total");

    private final String series;

    Counter(String series) {
      this.series = series;
    }
  }

  private static final Counter[] COUNTERS = Counter.values();
  private final LongAdder[] counts = new LongAdder[COUNTERS.length];

  Metrics() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void add(Counter counter) {
    counts[counter.ordinal()].increment();
  }

  void add(Guard.Verdict verdict) {
    counts[verdict.ordinal()].increment();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Counter counter : COUNTERS) {
      text.append(counter.series).append(' ').append(counts[counter.ordinal()].sum()).append('\n');
    }
    return text.toString();
  }
}
