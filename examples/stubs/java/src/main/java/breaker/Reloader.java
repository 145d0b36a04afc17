package breaker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the store into the guard's snapshot; one at a time, so that an older one cannot win, and a
 * burst shares a few.
 */
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);
  private final Parts parts;
  private final Guard guard;
  private final Slot<Void> slot = new Slot<>();

  Reloader(Parts parts, Guard guard) {
    this.parts = parts;
    this.guard = guard;
  }

  void reload() {
    slot.share(this::load);
  }

  private Void load() {
    long at = parts.clock().now();
    Store.Contents contents = null;
    try {
      contents = parts.store().load();
    } catch (Store.StoreException e) {
      parts.metrics().add(Metrics.Counter.STORE_FAILED);
      LOG.atWarn().addKeyValue("error", e.getMessage()).log("the snapshot was not reloaded");
    }
    guard.replace(contents, at);
    return null;
  }
}
