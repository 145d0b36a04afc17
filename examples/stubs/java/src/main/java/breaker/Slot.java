package breaker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Coalescing: while something is being read, later callers wait and share the next reading. A
 * reading serves a caller only if it began after the caller came: an earlier one may have missed
 * the cause.
 */
final class Slot<T> {
  private final AtomicLong tickets = new AtomicLong();
  private long served;
  private T result;
  private RuntimeException failure;

  /** Runs {@code read}, or shares the result of another caller's run that began after this call. */
  T share(Supplier<T> read) {
    long ticket = tickets.incrementAndGet();
    synchronized (this) {
      if (served < ticket) {
        served = tickets.get();
        result = null;
        failure = null;
        try {
          result = read.get();
        } catch (RuntimeException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
      return result;
    }
  }
}
