package breaker;

import breaker.Store.Contents;
import breaker.Store.Entry;
import breaker.Store.Forced;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the guard looks at: everything stored, arranged for reading without a lock. Built here,
 * judged in {@link Guard}. {@code loaded} is when the store was last read; 0 before the first time.
 */
final class Snapshot {
  static final Snapshot NONE = new Snapshot(new Contents(Map.of(), Map.of()), 0, 0, null);

  final long loaded;
  final Contents contents;
  private final Map<String, Breaker> breakers = new HashMap<>();

  private record Ruling(Forced forced, List<String> tags) {}

  /** What one breaker is made of. */
  static final class Breaker {
    /** Groups that are not simply closed: the few that a call is compared with. */
    final Flags hot = new Flags();

    /** Closed groups, of interest only once a lease has run out: the first at {@code coldLease}. */
    final Flags cold = new Flags();

    long coldLease = Long.MAX_VALUE;

    /** Some monitor feeds it; false if only an override names it. */
    boolean fed;

    private final List<Ruling> rulings = new ArrayList<>();

    /** When the last timed probe of a group went through, whichever monitors know the group. */
    private final Map<String, AtomicLong> probed = new HashMap<>();

    /** The override in force, or null: the one with the most tags among those that match. */
    Forced forced(List<String> asked, long now) {
      Ruling found = null;
      for (Ruling ruling : rulings) {
        if (ruling.forced.until() > now
            && matches(ruling.tags, asked)
            && (found == null || ruling.tags.size() > found.tags.size())) {
          found = ruling;
        }
      }
      return found == null ? null : found.forced;
    }
  }

  /**
   * Arranges {@code contents}, where a group closed for {@code ramp} is cold; probes are carried
   * over from {@code former}.
   */
  Snapshot(Contents contents, long loaded, long ramp, Snapshot former) {
    this.loaded = loaded;
    this.contents = contents;
    for (var monitor : contents.monitors().values()) {
      if (monitor.applied() > 0) {
        Breaker old = former == null ? null : former.breakers.get(monitor.breaker());
        monitor
            .groups()
            .forEach((group, entry) -> add(at(monitor.breaker()), group, entry, ramp, old));
        at(monitor.breaker()).fed = true;
      }
    }
    for (Breaker breaker : breakers.values()) {
      breaker.hot.index();
      breaker.cold.index();
    }
    for (Forced forced : contents.overrides().values()) {
      at(forced.breaker()).rulings.add(new Ruling(forced, tags(forced.group())));
    }
  }

  private void add(Breaker breaker, String group, Entry entry, long ramp, Breaker old) {
    AtomicLong last = old == null ? null : old.probed.get(group);
    AtomicLong probed =
        breaker.probed.computeIfAbsent(group, g -> last == null ? new AtomicLong() : last);
    Flags.Flag flag = new Flags.Flag(entry, tags(group), probed);
    boolean settled = entry.was() == Level.CLOSED || loaded - entry.since() >= ramp;
    if (entry.level() == Level.CLOSED && settled) {
      breaker.cold.add(flag);
      breaker.coldLease = Math.min(breaker.coldLease, entry.lease());
    } else {
      breaker.hot.add(flag);
    }
  }

  private Breaker at(String name) {
    return breakers.computeIfAbsent(name, n -> new Breaker());
  }

  /** Null if nothing names it. */
  Breaker breaker(String name) {
    return breakers.get(name);
  }

  /** The tags of a group as a set; {@code *} is the empty one. */
  static List<String> tags(String group) {
    List<String> tags = new ArrayList<>(4);
    for (int start = 0; start <= group.length(); ) {
      int comma = group.indexOf(',', start);
      int end = comma < 0 ? group.length() : comma;
      String tag = group.substring(start, end).strip();
      if (!tag.isEmpty() && !tag.equals("*")) {
        tags.add(tag);
      }
      start = end + 1;
    }
    return tags;
  }

  /** Compares tags as sets: one holds all of the other. */
  static boolean matches(List<String> stored, List<String> asked) {
    return stored.containsAll(asked) || asked.containsAll(stored);
  }
}
