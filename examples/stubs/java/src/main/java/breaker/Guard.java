package breaker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one question a request asks: may this call go out? Answered from the snapshot alone: no lock,
 * no I/O.
 */
public final class Guard {
  /** The answer. */
  public enum Verdict {
    /** Closed, or within the share that is let out. */
    ALLOW,
    /** Goes out although the breaker is open, so that the monitor has something to see. */
    PROBE,
    /** Stays. */
    REJECT
  }

  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  /** Three reloads missed: the store counts as down. */
  private static final long STALE = 15_000;

  /** Names of unknown breakers that are logged before the guard only counts. */
  private static final int MAX_LOGGED = 100;

  private final Settings settings;
  private final Clock clock;
  private final DoubleSupplier random;
  private final Metrics metrics;
  private final AtomicReference<Snapshot> snapshot = new AtomicReference<>(Snapshot.NONE);
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();
  private volatile boolean storeFails;

  Guard(Parts parts) {
    settings = parts.settings();
    clock = parts.clock();
    random = parts.random();
    metrics = parts.metrics();
  }

  /**
   * Asks for one call to {@code group} ({@code bank_code:0001,env:prod}, or {@code *}); shares are
   * drawn at random.
   */
  public Verdict allow(String breaker, String group) {
    return count(judge(breaker, group, random));
  }

  /** The same, but the caller with this key always falls on the same side of a percentage. */
  public Verdict allowKey(String breaker, String group, String key) {
    return count(judge(breaker, group, () -> ofKey(key)));
  }

  Snapshot snapshot() {
    return snapshot.get();
  }

  /** Takes what the store held at that time, or with null notes that it did not answer. */
  void replace(Store.Contents contents, long at) {
    storeFails = contents == null;
    if (contents != null) {
      snapshot.set(new Snapshot(contents, at, settings.ramp, snapshot.get()));
    }
  }

  private Verdict count(Verdict verdict) {
    metrics.add(verdict);
    return verdict;
  }

  private Verdict judge(String name, String group, DoubleSupplier draw) {
    Snapshot seen = snapshot.get();
    long now = clock.now();
    List<String> asked = Snapshot.tags(group);
    Snapshot.Breaker breaker = seen.breaker(name);
    Store.Forced forced = breaker == null ? null : breaker.forced(asked, now);
    if (forced != null) {
      return rejectIf(forced.mode().equals("force_open"));
    }
    boolean down = seen.loaded == 0 || storeFails && now - seen.loaded > STALE;
    if (down && !settings.onStoreDown.holds(now - seen.loaded, settings.maxStale)) {
      return rejectIf(settings.onStoreDown.thenOpen());
    }
    if (breaker == null || !breaker.fed) {
      return nobodyFeeds(name);
    }
    // While the store is down no lease can be renewed: entries are judged as of the last load.
    return weigh(breaker, asked, down ? seen.loaded : now, draw);
  }

  /** The worst of all matching groups decides: the smallest share of calls that may go out. */
  private Verdict weigh(
      Snapshot.Breaker breaker, List<String> asked, long at, DoubleSupplier draw) {
    Flags.Flag worst = worst(breaker.hot, asked, at);
    if (at >= breaker.coldLease) {
      Flags.Flag cold = worst(breaker.cold, asked, at);
      worst = worst == null || cold != null && share(cold, at) < share(worst, at) ? cold : worst;
    }
    double least = worst == null ? 1 : share(worst, at);
    if (least <= 0) {
      return probe(worst);
    }
    return rejectIf(least < 1 && draw.getAsDouble() >= least);
  }

  private Flags.Flag worst(Flags flags, List<String> asked, long at) {
    Flags.Flag worst = null;
    for (Flags.Flag flag : flags.matching(asked)) {
      if (worst == null || share(flag, at) < share(worst, at)) {
        worst = flag;
      }
    }
    return worst;
  }

  /** The share of the calls that one group lets out at this moment. */
  private double share(Flags.Flag flag, long at) {
    Store.Entry entry = flag.entry();
    if (at >= entry.lease()
        && !settings.onSourceDown.holds(at - entry.lease(), settings.maxStale)) {
      return settings.onSourceDown.thenOpen() ? 0 : 1;
    }
    if (entry.level() == Level.OPEN) {
      return 0;
    }
    if (entry.level() == Level.DEGRADED) {
      return settings.degradedShare;
    }
    long age = Math.max(at - entry.since(), 0);
    if (entry.was() == Level.CLOSED || age >= settings.ramp) {
      return 1;
    }
    double start = entry.was() == Level.DEGRADED ? settings.degradedShare : 0;
    return start + (1 - start) * age / settings.ramp;
  }

  /**
   * Open, and yet a few: a share of all calls, and one each interval if that share has sent none.
   */
  private Verdict probe(Flags.Flag flag) {
    long now = clock.now();
    long last = flag.probed().get();
    boolean due = now - last >= settings.probeInterval && flag.probed().compareAndSet(last, now);
    return due || random.getAsDouble() < settings.probeRatio ? Verdict.PROBE : Verdict.REJECT;
  }

  /** Counted always, logged once. */
  private Verdict nobodyFeeds(String name) {
    metrics.add(Metrics.Counter.GUARD_UNKNOWN);
    if (!unknown.contains(name) && unknown.size() < MAX_LOGGED && unknown.add(name)) {
      LOG.atWarn()
          .addKeyValue("breaker", name)
          .log("no monitor feeds this breaker: check its tag `circuit_breaker:NAME`");
    }
    return rejectIf(settings.rejectUnknown);
  }

  private static Verdict rejectIf(boolean condition) {
    return condition ? Verdict.REJECT : Verdict.ALLOW;
  }

  /**
   * A stable number from 0 up to 1: FNV-1a, then the finaliser of SplitMix64, which spreads what
   * FNV leaves in clumps.
   */
  static double ofKey(String key) {
    long z = 0xcbf29ce484222325L;
    for (byte b : key.getBytes(UTF_8)) {
      z = (z ^ (b & 0xff)) * 0x100000001b3L;
    }
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return ((z ^ z >>> 31) >>> 11) * 0x1p-53;
  }
}
