package breaker;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The seam between the mechanism and the service's own reaction. Each hook is called at least once,
 * after the commit, on the instance that committed. One that throws is logged, counted and retried.
 */
public interface Hooks {
  /** Every verified callback except a test, whether the monitor feeds a breaker or not. */
  void onNotification(Notification notification, LazyEvent event, Monitor monitor);

  /** A group opened. */
  void onOpen(Change change);

  /** A group is let through in part. */
  void onDegraded(Change change);

  /** A group closed. */
  void onClose(Change change);

  /**
   * A callback as the dispatcher sends it. Ids are text; what is null was not in the notification.
   */
  record Notification(
      String eventId,
      String monitorId,
      String group,
      String transition,
      boolean test,
      String callbackUrl,
      String messageId) {}

  /** The monitor as it was read. */
  record Monitor(String id, String name, List<String> tags) {}

  /** What happened to a group of a breaker, at a time in milliseconds since 1970. */
  record Change(String breaker, String monitor, String group, Level from, Level to, long at) {}

  /** The event behind a notification, looked up only when asked for. */
  interface LazyEvent {
    /**
     * Title, text, tags, time, alert type; empty if none was named. A late event is an exception.
     */
    Optional<Map<String, Object>> get();
  }
}
