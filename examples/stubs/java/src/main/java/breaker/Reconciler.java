package breaker;

import breaker.Hooks.Monitor;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way a monitor's truth reaches the store: fence, read, map, apply. Whoever asks, and
 * however often.
 */
final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private final Parts parts;
  private final Outbox outbox;
  private final Reloader reloader;
  private final ConcurrentMap<String, Slot<Monitor>> slots = new ConcurrentHashMap<>();

  /** A monitor without the tag {@code service:NAME}. */
  static final class NotOursException extends RuntimeException {
    NotOursException(String id, String tag) {
      super(
          "monitor `%s` lacks the tag `%s`: add it, or unset CB_REQUIRE_SERVICE_TAG"
              .formatted(id, tag));
    }
  }

  Reconciler(Parts parts, Outbox outbox, Reloader reloader) {
    this.parts = parts;
    this.outbox = outbox;
    this.reloader = reloader;
  }

  /**
   * Reads and applies a monitor; callers that come while it is being read share the next reading.
   */
  Monitor reconcile(String id) {
    return slots.computeIfAbsent(id, i -> new Slot<>()).share(() -> readAndApply(id));
  }

  private Monitor readAndApply(String id) {
    long now = parts.clock().now();
    // The fence comes first: whatever is read after it is at least as new as the number says.
    long seq = parts.store().fence();
    Reading reading = read(id, now);
    String tag = "service:" + parts.name();
    if (parts.settings().requireServiceTag && !reading.tags().contains(tag)) {
      parts.store().forget(id);
      throw new NotOursException(id, tag);
    }
    apply(reading, seq, now);
    return new Monitor(id, reading.name(), reading.tags());
  }

  private Reading read(String id, long now) {
    try {
      Reading reading = parts.source().monitor(id);
      parts.metrics().add(Metrics.Counter.READ_DONE);
      return reading;
    } catch (Source.SourceException e) {
      parts.metrics().add(Metrics.Counter.READ_FAILED);
      LOG.atWarn()
          .addKeyValue("monitor", id)
          .addKeyValue("error", e.getMessage())
          .log("the monitor was not read: its state is held and it will be read again");
      parts.store().failed(id, now, e.getMessage());
      throw e;
    }
  }

  private void apply(Reading reading, long seq, long now) {
    Settings settings = parts.settings();
    String id = reading.id();
    String breaker = reading.tag("circuit_breaker").orElse(id);
    Mapping mapping = Mapping.of(reading, settings, now);
    if (mapping.capped()) {
      parts.metrics().add(Metrics.Counter.CAPPED);
      LOG.atError()
          .addKeyValue("monitor", id)
          .addKeyValue("breaker", breaker)
          .log("more groups alert than CB_MAX_OPEN_PERCENT allows: nothing more opens");
    }
    var outcome =
        parts
            .store()
            .apply(
                new Store.Update(
                    id,
                    breaker,
                    seq,
                    now,
                    settings.lease,
                    settings.absentAfter,
                    mapping.complete() ? "ok" : "unknown: a grouped monitor without groups",
                    mapping.complete(),
                    mapping.groups()));
    if (!outcome.applied()) {
      parts.metrics().add(Metrics.Counter.WRITE_REJECTED);
      LOG.atInfo()
          .addKeyValue("monitor", id)
          .log("a newer reading was there already: the monitor will be read again");
    }
    outbox.deliver(outcome.items());
    reloader.reload();
  }
}
