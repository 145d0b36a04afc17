package breaker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * Where breakers are kept: the operations of {@code apply.lua}, each atomic, which two stores run.
 * Times are milliseconds. What is open, and why, is decided elsewhere.
 */
interface Store {
  /** A number greater than any before; what is read after it is at least as new as it says. */
  long fence();

  /** The monitor is to be read until one reading succeeds. */
  void dirty(String monitor, long now);

  /** The monitor could not be read. */
  void failed(String monitor, long now, String why);

  /** Replaces the state of a monitor, unless a newer reading is there. */
  Outcome apply(Update update);

  /** Drops a monitor that is not this service's. */
  void forget(String monitor);

  /** Puts an event, JSON, into the outbox. */
  Item emit(String event);

  /** The hook of an entry has run. */
  void ack(String id);

  /** Entries that nobody has acknowledged for {@code idle}; they become this instance's. */
  List<Item> orphans(long idle);

  /** Sets or clears an operator's word. */
  Item override(Forced forced);

  /** Everything a snapshot holds. */
  Contents load();

  /** Takes or keeps the poller's lease for {@code ttl}; 0 gives it up. */
  boolean lead(long ttl);

  /** Calls {@code hint} when the contents may have changed: no promise. */
  void onChange(Runnable hint);

  /** Ends its connections. */
  default void close() {}

  /** One stored group of one monitor; {@code absent} is 0 while Datadog lists the group. */
  record Entry(Level level, Level was, long since, long lease, long absent) {}

  /**
   * What a reading asks of a group: null holds the stored level; without {@code raise} it may not
   * get worse.
   */
  record Want(Level level, boolean raise) {
    Level over(Level stored) {
      return level == null || level.compareTo(stored) > 0 && !raise ? stored : level;
    }
  }

  /** A reading as it is applied. */
  record Update(
      String monitor,
      String breaker,
      long seq,
      long now,
      long lease,
      long absentAfter,
      String source,
      boolean complete,
      Map<String, Want> groups) {}

  /** What became of an update: done with these changes, or rejected as stale. */
  record Outcome(boolean applied, List<Item> items) {}

  /** An entry of the outbox, pending for this instance until acknowledged. */
  record Item(String id, JsonNode event) {}

  /** One monitor in the store. */
  record MonitorState(
      String breaker,
      long applied,
      long dirty,
      long tried,
      int fails,
      String source,
      Map<String, Entry> groups) {
    static final MonitorState UNREAD = new MonitorState("", 0, 0, 0, 0, "unread", Map.of());

    boolean quiet() {
      return groups.values().stream().allMatch(entry -> entry.level() == Level.CLOSED);
    }
  }

  /**
   * An operator's word on a breaker, or on one of its groups; it wins until its end. Modes are
   * force_open, force_closed and clear.
   */
  record Forced(
      String breaker, String group, String mode, String actor, String reason, long until) {}

  /** All that is stored; the key of an override is its breaker and its group. */
  record Contents(Map<String, MonitorState> monitors, Map<String, Forced> overrides) {}

  /** The store could not be used. */
  final class StoreException extends RuntimeException {
    StoreException(Exception cause) {
      super(
          "the store cannot be used: " + (cause.getMessage() == null ? cause : cause.getMessage()),
          cause);
    }
  }
}
