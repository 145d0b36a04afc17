package breaker;

import java.util.List;
import java.util.Map;

/** What the service needs to know of the world outside. */
interface Source {
  /** Reads one monitor with all its groups and downtimes. */
  Reading monitor(String id);

  /** Lists the ids of the monitors tagged with this service and a breaker. */
  List<String> known(String service);

  /** Reads one event: title, text, tags, date_happened, alert_type; use its id_str. */
  Map<String, Object> event(String id);

  /** The truth could not be read: unreachable, refused, not found, or no JSON. */
  final class SourceException extends RuntimeException {
    SourceException(String what) {
      super("datadog: " + what);
    }
  }
}
