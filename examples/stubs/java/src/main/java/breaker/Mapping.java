package breaker;

import breaker.Store.Want;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * From a monitor as read to what each group should be. Pure: no store, no clock, no I/O.
 *
 * @param complete every group there is was named
 * @param capped more was alerting than CB_MAX_OPEN_PERCENT lets open
 */
record Mapping(Map<String, Want> groups, boolean complete, boolean capped) {
  /** A grouped monitor speaks for each group, any other by its overall state as {@code *}. */
  static Mapping of(Reading reading, Settings settings, long now) {
    Map<String, String> seen =
        reading.grouped() ? reading.groups() : Map.of("*", reading.overallState());
    boolean capped =
        reading.grouped()
            && seen.values().stream()
                    .filter(status -> level(status, settings) == Level.OPEN)
                    .count()
                > settings.maxOpenShare * seen.size();
    Map<String, Want> groups = new HashMap<>();
    seen.forEach(
        (group, status) -> {
          Level level = level(status, settings);
          boolean muted = mutes(reading, group, now);
          boolean held =
              muted && settings.onMuted == Settings.Muted.HOLD || capped && level == Level.OPEN;
          boolean ignored = muted && settings.onMuted == Settings.Muted.IGNORE;
          groups.put(group, new Want(ignored ? null : level, !held));
        });
    return new Mapping(groups, !seen.isEmpty(), capped);
  }

  /** Null where the stored level is to be held. */
  private static Level level(String status, Settings settings) {
    return switch (status) {
      case "Alert" -> Level.OPEN;
      case "Warn" -> Level.DEGRADED;
      case "OK" -> Level.CLOSED;
      case "No Data" -> settings.onNoData;
      default -> null;
    };
  }

  private static boolean mutes(Reading reading, String group, long now) {
    return reading.downtimes().stream()
            .anyMatch(scopes -> scopes.stream().allMatch(scope -> covers(scope, group)))
        || reading.silenced(now).stream().anyMatch(scope -> covers(scope, group));
  }

  private static boolean covers(String scope, String group) {
    return Arrays.stream(scope.split(" AND |,")).allMatch(part -> coversPart(part.strip(), group));
  }

  /**
   * False only where the scope plainly names another value of one of the group's own keys: Datadog
   * said that the downtime matches the monitor, so a part that says nothing of this group, or is
   * more than {@code key:value}, counts as covering.
   */
  private static boolean coversPart(String part, String group) {
    int colon = part.indexOf(':');
    if (colon < 0 || part.matches("[-!].*|.*[() ].*")) {
      return true;
    }
    String key = part.substring(0, colon + 1);
    String value = part.substring(colon + 1);
    boolean open = value.endsWith("*");
    String start = open ? value.substring(0, value.length() - 1) : value;
    boolean other = false;
    for (String tag : group.split(",")) {
      if (tag.startsWith(key)) {
        String own = tag.substring(key.length());
        if (open ? own.startsWith(start) : own.equals(value)) {
          return true;
        }
        other = true;
      }
    }
    return !other;
  }
}
