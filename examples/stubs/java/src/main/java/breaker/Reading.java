package breaker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A monitor as {@code GET /api/v1/monitor/{id}} answers it. What is absent or null is empty. */
record Reading(JsonNode raw) {
  String id() {
    return raw.path("id").asText("");
  }

  String name() {
    return raw.path("name").asText("");
  }

  List<String> tags() {
    return texts(raw.path("tags"));
  }

  /** The value of the first tag {@code key:…}. */
  Optional<String> tag(String key) {
    String start = key + ":";
    return tags().stream()
        .filter(tag -> tag.startsWith(start))
        .map(tag -> tag.substring(start.length()))
        .findFirst();
  }

  /** Whether it alerts for each group on its own. */
  boolean grouped() {
    JsonNode multi = raw.path("multi");
    return multi.isBoolean()
        ? multi.booleanValue()
        : groups().keySet().stream().anyMatch(group -> !group.equals("*"));
  }

  String overallState() {
    return raw.path("overall_state").asText("");
  }

  /** Each group's status: Alert, Ignored, No Data, OK, Skipped, Unknown or Warn. */
  Map<String, String> groups() {
    Map<String, String> groups = new HashMap<>();
    raw.path("state")
        .path("groups")
        .fields()
        .forEachRemaining(
            group -> groups.put(group.getKey(), group.getValue().path("status").asText("")));
    return groups;
  }

  /** The scopes of each downtime that is on now; all parts of one must cover a group. */
  List<List<String>> downtimes() {
    List<List<String>> downtimes = new ArrayList<>();
    raw.path("matching_downtimes")
        .forEach(downtime -> downtimes.add(texts(downtime.path("scope"))));
    return downtimes;
  }

  /**
   * Scopes muted at {@code now} by the monitor's own option, until a second since 1970; null mutes
   * for ever.
   */
  List<String> silenced(long now) {
    List<String> scopes = new ArrayList<>();
    raw.path("options")
        .path("silenced")
        .fields()
        .forEachRemaining(
            scope -> {
              if (scope.getValue().isNull() || scope.getValue().asDouble() * 1000 > now) {
                scopes.add(scope.getKey());
              }
            });
    return scopes;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText("")));
    return texts;
  }
}
