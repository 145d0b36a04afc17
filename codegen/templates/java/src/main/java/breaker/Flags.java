package breaker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds flags of one breaker by their tags: a call costs the same with ten groups and with
 * thousands. Filled and indexed once, then only read.
 */
final class Flags {
  /**
   * One group of one monitor, with the moment its last timed probe went through on this instance.
   */
  record Flag(Store.Entry entry, List<String> tags, AtomicLong probed) {}

  private final List<Flag> all = new ArrayList<>();
  private final Map<String, List<Flag>> having = new HashMap<>();

  /** Each flag once: under its tag that the fewest bear, {@code ""} without tags. */
  private final Map<String, List<Flag>> rarest = new HashMap<>();

  void add(Flag flag) {
    all.add(flag);
  }

  void index() {
    for (Flag flag : all) {
      flag.tags.forEach(tag -> append(having, tag, flag));
    }
    for (Flag flag : all) {
      String few = "";
      for (String tag : flag.tags) {
        few =
            few.isEmpty() || bearing(having, tag).size() < bearing(having, few).size() ? tag : few;
      }
      append(rarest, few, flag);
    }
  }

  /**
   * Those that match, some twice. All tags of one that {@code asked} holds are asked for, its
   * rarest too; one that holds all of {@code asked} bears also that tag of {@code asked} which the
   * fewest bear.
   */
  List<Flag> matching(List<String> asked) {
    if (asked.isEmpty()) {
      return all;
    }
    List<Flag> found = new ArrayList<>(4);
    List<Flag> fewest = all;
    for (String tag : asked) {
      List<Flag> bearers = bearing(having, tag);
      fewest = bearers.size() < fewest.size() ? bearers : fewest;
      collect(bearing(rarest, tag), asked, found);
    }
    collect(bearing(rarest, ""), asked, found);
    collect(fewest, asked, found);
    return found;
  }

  private static void collect(List<Flag> near, List<String> asked, List<Flag> found) {
    for (Flag flag : near) {
      if (Snapshot.matches(flag.tags, asked)) {
        found.add(flag);
      }
    }
  }

  private static List<Flag> bearing(Map<String, List<Flag>> index, String tag) {
    return index.getOrDefault(tag, List.of());
  }

  private static void append(Map<String, List<Flag>> index, String tag, Flag flag) {
    index.computeIfAbsent(tag, t -> new ArrayList<>()).add(flag);
  }
}
