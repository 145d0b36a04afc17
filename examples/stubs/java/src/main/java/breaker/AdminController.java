package breaker;

import static java.nio.charset.StandardCharsets.UTF_8;

import breaker.Store.Entry;
import breaker.Store.Forced;
import breaker.Store.MonitorState;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * For operators: what is open and why, overrides, health, metrics. CB_ADMIN_TOKEN guards the first
 * two.
 */
@RestController
final class AdminController {
  private static final Logger LOG = LoggerFactory.getLogger(AdminController.class);
  private static final int MAX_BODY = 64 << 10;

  private final Parts parts;
  private final Guard guard;
  private final Reloader reloader;
  private final Outbox outbox;
  private final long started;

  AdminController(Parts parts, Guard guard, Reloader reloader, Outbox outbox) {
    this.parts = parts;
    this.guard = guard;
    this.reloader = reloader;
    this.outbox = outbox;
    started = parts.clock().now();
  }

  /** The body of an override; without {@code group} the whole breaker. */
  record Ask(String mode, String group, String actor, String reason, int ttlS) {
    private String fault() {
      if (mode == null || !List.of("force_open", "force_closed", "clear").contains(mode)) {
        return "mode is one of force_open, force_closed, clear";
      }
      boolean owned = actor != null && !actor.isBlank() && reason != null && !reason.isBlank();
      boolean ends = ttlS > 0 || ttlS == 0 && mode.equals("clear");
      return owned && ends ? null : "give actor, reason and ttl_s: an override is owned and ends";
    }
  }

  private boolean authorized(HttpServletRequest request) {
    String given = request.getHeader("Authorization");
    String wanted = "Bearer " + parts.settings().adminToken;
    return given != null && MessageDigest.isEqual(given.getBytes(UTF_8), wanted.getBytes(UTF_8));
  }

  /**
   * Per breaker and group the worst of the monitors that know it, each monitor's source, the
   * overrides in force.
   */
  @GetMapping("/breakers")
  ResponseEntity<Map<String, Object>> breakers(HttpServletRequest request) {
    if (parts.settings().adminToken != null && !authorized(request)) {
      return ResponseEntity.status(401).build();
    }
    Snapshot seen = guard.snapshot();
    long now = parts.clock().now();
    Map<String, Shown> shown = new TreeMap<>();
    seen.contents
        .monitors()
        .forEach(
            (id, monitor) -> {
              // Until it is read for the first time, nobody knows which breaker it feeds.
              String name = monitor.applied() > 0 ? monitor.breaker() : id;
              shown.computeIfAbsent(name, n -> new Shown()).add(id, monitor);
            });
    for (Forced forced : seen.contents.overrides().values()) {
      if (forced.until() > now) {
        shown
            .computeIfAbsent(forced.breaker(), n -> new Shown())
            .overrides
            .put(forced.group(), forced);
      }
    }
    Map<String, Object> answer = new HashMap<>();
    answer.put("now_ms", now);
    answer.put("snapshot_age_ms", seen.loaded > 0 ? now - seen.loaded : null);
    answer.put("breakers", shown);
    return ResponseEntity.ok(answer);
  }

  /** One breaker as an operator sees it. */
  static final class Shown {
    public final Map<String, Object> monitors = new TreeMap<>();
    public final Map<String, Map<String, Object>> groups = new TreeMap<>();
    public final Map<String, Forced> overrides = new TreeMap<>();

    private void add(String id, MonitorState monitor) {
      monitors.put(
          id,
          Map.of(
              "source", monitor.source(),
              "read_ms", monitor.tried(),
              "last_callback_ms", monitor.dirty(),
              "failures", monitor.fails()));
      monitor.groups().forEach((group, entry) -> add(group, id, entry));
    }

    private void add(String group, String id, Entry entry) {
      Map<String, Object> known = groups.computeIfAbsent(group, g -> new HashMap<>());
      List<String> ids = new ArrayList<>(List.of(id));
      if (known.get("monitors") instanceof List<?> others) {
        others.forEach(other -> ids.add((String) other));
      }
      ids.sort(null);
      if (!(known.get("state") instanceof Level level) || entry.level().compareTo(level) > 0) {
        known.put("state", entry.level());
        known.put("since_ms", entry.since());
        known.put("lease_expires_ms", entry.lease());
      }
      known.put("monitors", ids);
    }
  }

  /** A mode, an owner and an end. */
  @PostMapping("/breakers/{name}/override")
  ResponseEntity<Object> override(@PathVariable String name, HttpServletRequest request) {
    if (parts.settings().adminToken == null) {
      return ResponseEntity.notFound().build();
    }
    if (!authorized(request)) {
      return ResponseEntity.status(401).build();
    }
    Ask ask;
    try {
      ask = Json.MAPPER.readValue(request.getInputStream().readNBytes(MAX_BODY), Ask.class);
    } catch (IOException e) {
      return ResponseEntity.badRequest().body("the body is no override: " + e.getMessage());
    }
    String fault = ask == null ? "the body is no override" : ask.fault();
    if (fault != null) {
      return ResponseEntity.badRequest().body(fault);
    }
    String group = ask.group == null ? "*" : ask.group;
    long until = parts.clock().now() + ask.ttlS * 1000L;
    Forced forced = new Forced(name, group, ask.mode, ask.actor, ask.reason, until);
    LOG.atWarn().addKeyValue("override", forced).log("an operator overrides a breaker");
    try {
      outbox.deliver(List.of(parts.store().override(forced)));
    } catch (Store.StoreException e) {
      return ResponseEntity.status(503).body(e.getMessage());
    }
    reloader.reload();
    return ResponseEntity.ok(forced);
  }

  @GetMapping("/healthz")
  String health() {
    return "ok";
  }

  /**
   * Ready once the store was read, or once the policy for a store that is down has decided without
   * it.
   */
  @GetMapping("/readyz")
  ResponseEntity<String> ready() {
    long waited = parts.clock().now() - started;
    Settings settings = parts.settings();
    boolean waits =
        guard.snapshot().loaded == 0 && settings.onStoreDown.holds(waited, settings.maxStale);
    return waits
        ? ResponseEntity.status(503).body("the store was not read yet")
        : ResponseEntity.ok("ready");
  }

  @GetMapping(path = "/metrics", produces = "text/plain; charset=utf-8")
  String metrics() {
    Snapshot seen = guard.snapshot();
    Map<Level, Integer> groups = new EnumMap<>(Level.class);
    int failing = 0;
    for (MonitorState monitor : seen.contents.monitors().values()) {
      failing += Math.min(monitor.fails(), 1);
      monitor.groups().values().forEach(entry -> groups.merge(entry.level(), 1, Integer::sum));
    }
    StringBuilder text = new StringBuilder(parts.metrics().toString());
    for (Level level : List.of(Level.OPEN, Level.DEGRADED, Level.CLOSED)) {
      String name = level.name().toLowerCase();
      text.append("cb_groups{state=\"%s\"} %d\n".formatted(name, groups.getOrDefault(level, 0)));
    }
    Object age = seen.loaded > 0 ? (parts.clock().now() - seen.loaded) / 1000.0 : "NaN";
    return text.append(
            "cb_monitors_failing %d\ncb_snapshot_age_seconds %s\n".formatted(failing, age))
        .toString();
  }
}
