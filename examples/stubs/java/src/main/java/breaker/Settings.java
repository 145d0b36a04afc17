package breaker;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Every setting of the README's table, read once and checked before anything starts. Durations are
 * milliseconds, shares are 0 to 1.
 */
public final class Settings {
  final String host;
  final int port;
  final String datadogUrl;
  final String apiKey;
  final String appKey;
  final SigningKeys signingKeys;
  final String redisUrl;
  final String adminToken;

  /** Null: any signed caller is believed. */
  final List<String> monitors;

  final boolean requireServiceTag;
  final long poll;
  final long idlePoll;
  final long lease;
  final long absentAfter;
  final long maxStale;
  final long ramp;
  final double probeRatio;
  final long probeInterval;
  final double degradedShare;
  final double maxOpenShare;

  /** Null holds the stored level. */
  final Level onNoData;

  final Muted onMuted;
  final boolean rejectUnknown;
  final Fallback onStoreDown;
  final Fallback onSourceDown;
  final long hookTimeout;
  final boolean conformance;

  /** Reads through {@code variables}, which answers null or nothing for what is unset. */
  Settings(UnaryOperator<String> variables) {
    Env env = new Env(variables);
    String listen = env.matching("CB_LISTEN", "0.0.0.0:8080", ".+:\\d{1,5}", "0.0.0.0:8080");
    host = listen.substring(0, listen.lastIndexOf(':'));
    port = Integer.parseInt(listen.substring(host.length() + 1));
    String api = "https://api." + env.text("DD_SITE", "datadoghq.com");
    datadogUrl =
        env.matching("CB_DATADOG_URL", api, "https?://[^/\\s]+\\S*", "https://api.datadoghq.eu")
            .replaceAll("/+$", "");
    apiKey = env.required("DD_API_KEY");
    appKey = env.required("DD_APP_KEY");
    signingKeys = env.signingKeys();
    redisUrl = env.text("REDIS_URL", null);
    adminToken = env.text("CB_ADMIN_TOKEN", null);
    monitors = env.monitors();
    requireServiceTag = env.choice("CB_REQUIRE_SERVICE_TAG", "0", "1").equals("1");
    poll = env.seconds("CB_POLL_S", 60, 1, Env.WEEK);
    idlePoll = env.seconds("CB_IDLE_POLL_S", 300, 1, Env.WEEK);
    lease = env.seconds("CB_LEASE_S", 900, 1, Env.WEEK);
    absentAfter = env.seconds("CB_ABSENT_AFTER_S", 600, 1, Env.WEEK);
    maxStale = env.seconds("CB_MAX_STALE_S", 3600, 1, Env.WEEK);
    ramp = env.seconds("CB_RAMP_S", 30, 0, 86_400);
    probeRatio = env.number("CB_PROBE_RATIO", 0.01, 0, 1);
    probeInterval = env.seconds("CB_PROBE_INTERVAL_S", 10, 1, Env.WEEK);
    degradedShare = env.number("CB_DEGRADED_PERCENT", 50, 0, 100) / 100;
    maxOpenShare = env.number("CB_MAX_OPEN_PERCENT", 100, 0, 100) / 100;
    onNoData =
        Map.of("open", Level.OPEN, "closed", Level.CLOSED)
            .get(env.choice("CB_ON_NO_DATA", "hold", "open", "closed"));
    onMuted = Muted.valueOf(env.choice("CB_ON_MUTED", "hold", "follow", "ignore").toUpperCase());
    rejectUnknown = env.choice("CB_ON_UNKNOWN_BREAKER", "allow", "reject").equals("reject");
    onStoreDown = env.fallback("CB_ON_STORE_DOWN");
    onSourceDown = env.fallback("CB_ON_SOURCE_DOWN");
    hookTimeout = env.seconds("CB_HOOK_TIMEOUT_S", 10, 1, Env.WEEK);
    conformance = env.choice("CB_CONFORMANCE", "0", "1").equals("1");
    if (lease < 3 * idlePoll) {
      String remedy = "a lease outlives three idle polls: at least " + 3 * idlePoll / 1000;
      throw new SettingException("CB_LEASE_S", String.valueOf(lease / 1000), remedy);
    }
  }

  /** Ids are text of digits, never numbers: event ids exceed 2^53. */
  static boolean isId(String text) {
    return text != null && text.matches("[0-9]{1,20}");
  }

  /**
   * What a downtime does to a group: no new opening, the state all the same, or no change at all.
   */
  enum Muted {
    HOLD,
    FOLLOW,
    IGNORE
  }

  /**
   * What decides when the truth cannot be had: the last known state for a while, then a fixed one.
   */
  record Fallback(boolean lastKnown, boolean thenOpen) {
    /** True while the last known state still stands, {@code age} after it was last confirmed. */
    boolean holds(long age, long maxStale) {
      return lastKnown && age < maxStale;
    }
  }
}
