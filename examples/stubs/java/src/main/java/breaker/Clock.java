package breaker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The one clock every timer follows: system time plus an offset that only the conformance port
 * moves. Signatures alone are checked against the wall clock.
 */
final class Clock {
  private final AtomicLong offset = new AtomicLong();

  /** Milliseconds since 1970; lock-free, because the guard calls it on every request. */
  long now() {
    return System.currentTimeMillis() + offset.get();
  }

  /** Moves the clock forward and wakes every sleeper, so that whatever became due happens now. */
  void advance(long ms) {
    offset.addAndGet(ms);
    wake();
  }

  /** Lets every sleeper look at its condition. */
  synchronized void wake() {
    notifyAll();
  }

  /**
   * True once {@code awake} is, which {@link #wake} makes it look at; false after {@code ms} of
   * this clock's time.
   */
  synchronized boolean sleep(long ms, BooleanSupplier awake) throws InterruptedException {
    for (long until = now() + ms; ; ) {
      if (awake.getAsBoolean()) {
        return true;
      }
      long left = until - now();
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
  }
}
