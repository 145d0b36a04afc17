package breaker;

import breaker.Hooks.Change;
import breaker.Hooks.Monitor;
import breaker.Hooks.Notification;
import breaker.Store.Item;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a committed event to its hook: timeout, retries, acknowledgement. A failing hook changes
 * neither state nor answer.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  /** Tries before an entry is left to whoever asks for orphans. */
  private static final int TRIES = 6;

  /**
   * Pending for so long, an entry belongs to nobody. Longer than all tries take with the default
   * timeout.
   */
  private static final long ORPHANED = 180_000;

  private final Parts parts;

  Outbox(Parts parts) {
    this.parts = parts;
  }

  /** Puts a callback into the outbox and runs its hook. */
  void notified(Notification notification, Monitor monitor) {
    var event = Map.of("kind", "notification", "notification", notification, "monitor", monitor);
    deliver(List.of(parts.store().emit(Json.MAPPER.valueToTree(event).toString())));
  }

  /** Runs the hooks of items in their order, in the background. */
  void deliver(List<Item> items) {
    if (!items.isEmpty()) {
      parts.threads().execute(() -> items.forEach(this::deliver));
    }
  }

  /** Takes over what another instance, or an earlier life of this one, left undone. */
  void adopt() {
    deliver(parts.store().orphans(ORPHANED));
  }

  private void deliver(Item item) {
    try {
      for (int attempt = 0; attempt < TRIES; attempt++) {
        if (attempt(item, attempt)) {
          acknowledge(item);
          return;
        }
        parts.clock().sleep(1000L << attempt, () -> false);
      }
    } catch (
        InterruptedException
            e) { // The service ends: another instance, or the next start, runs it again.
      Thread.currentThread().interrupt();
    }
  }

  private boolean attempt(Item item, int attempt) throws InterruptedException {
    var run =
        new FutureTask<Void>(() -> call(item.event()), null) {
          @Override
          protected void done() {
            parts.clock().wake();
          }
        };
    parts.threads().execute(run);
    try {
      if (parts.clock().sleep(parts.settings().hookTimeout, run::isDone)) {
        run.get();
        parts.metrics().add(Metrics.Counter.HOOK_DONE);
        return true;
      }
      failed(item, attempt, "timed out");
    } catch (ExecutionException | CancellationException e) {
      failed(item, attempt, String.valueOf(e.getCause()));
    } finally {
      run.cancel(true);
    }
    return false;
  }

  private void failed(Item item, int attempt, String error) {
    parts.metrics().add(Metrics.Counter.HOOK_FAILED);
    LOG.atWarn()
        .addKeyValue("entry", item.id())
        .addKeyValue("attempt", attempt)
        .addKeyValue("error", error)
        .log("a hook failed");
  }

  private void acknowledge(Item item) {
    try {
      parts.store().ack(item.id());
    } catch (Store.StoreException e) {
      LOG.atWarn()
          .addKeyValue("entry", item.id())
          .addKeyValue("error", e.getMessage())
          .log("a hook ran but may run again");
    }
  }

  private void call(JsonNode event) {
    Hooks hooks = parts.hooks();
    String kind = event.path("kind").asText();
    if (kind.equals("notification")) {
      Notification notification = as(event.get("notification"), Notification.class);
      var id = Optional.ofNullable(notification.eventId());
      hooks.onNotification(
          notification,
          () -> id.map(parts.source()::event),
          as(event.get("monitor"), Monitor.class));
    } else if (kind.equals("change")) {
      Change change = as(event, Change.class);
      switch (change.to()) {
        case OPEN -> hooks.onOpen(change);
        case DEGRADED -> hooks.onDegraded(change);
        case CLOSED -> hooks.onClose(change);
      }
    }
  }

  private static <T> T as(JsonNode json, Class<T> type) {
    try {
      return Json.MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage());
    }
  }
}
