package breaker;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * Served with CB_CONFORMANCE=1 only: asks the real guard and moves the clock, so that any
 * language's stub is tested alike.
 */
@RestController
@ConditionalOnProperty(name = "CB_CONFORMANCE", havingValue = "1")
final class ConformanceController {
  private final Parts parts;
  private final Guard guard;

  /** A number of questions to the guard. */
  record Ask(String breaker, String group, int n) {}

  ConformanceController(Parts parts, Guard guard) {
    this.parts = parts;
    this.guard = guard;
    LoggerFactory.getLogger(ConformanceController.class)
        .warn(
            "CB_CONFORMANCE=1: anyone who reaches this port can move the clock; never in"
                + " production");
  }

  @PostMapping("/_conformance/allow")
  Map<String, Integer> allow(@RequestBody Ask ask) {
    Map<Guard.Verdict, Integer> seen = new EnumMap<>(Guard.Verdict.class);
    for (int i = 0; i < Math.min(ask.n, 1_000_000); i++) {
      seen.merge(guard.allow(ask.breaker, ask.group), 1, Integer::sum);
    }
    Map<String, Integer> answer = new LinkedHashMap<>();
    for (Guard.Verdict verdict : Guard.Verdict.values()) {
      answer.put(verdict.name().toLowerCase(), seen.getOrDefault(verdict, 0));
    }
    return answer;
  }

  @PostMapping("/_conformance/clock")
  Map<String, Long> clock(@RequestBody Map<String, Long> ask) {
    parts.clock().advance(ask.get("advance_ms"));
    return Map.of("now_ms", parts.clock().now());
  }
}
