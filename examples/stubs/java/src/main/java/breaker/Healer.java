package breaker;

import breaker.Store.MonitorState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nothing is believed for ever: dirty monitors are read again, open ones often, all known ones now
 * and then.
 */
final class Healer {
  private static final Logger LOG = LoggerFactory.getLogger(Healer.class);

  /** Re-reads after the last callback: Datadog's own state may lag its notification. */
  private static final long[] STEPS = {5_000, 15_000, 30_000, 60_000, 120_000};

  private static final long TICK = 1_000;

  /** The poller's lease; another instance takes over after so long. */
  private static final long LEAD = 5_000;

  private static final int READS_AT_ONCE = 4;

  /** The reading after which a monitor's next poll was drawn, and that poll. */
  private record Plan(long read, long due) {}

  private final Parts parts;
  private final Guard guard;
  private final Reconciler reconciler;
  private final Reloader reloader;
  private final Outbox outbox;
  private final ExecutorService reads =
      Executors.newFixedThreadPool(READS_AT_ONCE, Background::daemon);
  private Set<String> known = new HashSet<>();
  private Map<String, Plan> plans = Map.of();

  /** When the list of known monitors is due; 0 until it was read for the first time. */
  private long listDue;

  private int listFails;

  Healer(Parts parts, Guard guard, Reconciler reconciler, Reloader reloader, Outbox outbox) {
    this.parts = parts;
    this.guard = guard;
    this.reconciler = reconciler;
    this.reloader = reloader;
    this.outbox = outbox;
  }

  /**
   * Polls for ever. The first round is every instance's own, so that a fresh start heals by itself;
   * then one leads.
   */
  void poll() throws InterruptedException {
    reloader.reload();
    while (true) {
      tick();
      parts.clock().sleep(TICK, () -> false);
    }
  }

  /** One look at what is due. */
  void tick() throws InterruptedException {
    try {
      if (leads() || listDue == 0) {
        round();
      }
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("error", e.toString()).log("the poller's round failed");
    }
  }

  private boolean leads() {
    try {
      return parts.store().lead(LEAD);
    } catch (
        Store.StoreException
            e) { // There is no poller without the store; the reload says that it is down.
      return false;
    }
  }

  private void round() throws InterruptedException {
    long now = parts.clock().now();
    if (now >= listDue) {
      list(now);
      outbox.adopt();
    }
    List<String> due = due(guard.snapshot().contents.monitors(), now);
    List<Callable<Void>> tasks = new ArrayList<>();
    Set<String> strange = ConcurrentHashMap.newKeySet();
    for (String id : due) {
      tasks.add(
          () -> {
            try {
              reconciler.reconcile(id);
            } catch (Reconciler.NotOursException e) {
              strange.add(id);
            }
            return null;
          });
    }
    reads.invokeAll(tasks); // What fails is in the log and will be due again.
    known.removeAll(strange);
    if (!due.isEmpty()) {
      reloader.reload();
    }
  }

  /** Reads the service's own list, else the monitors tagged with its name and a breaker. */
  private void list(long now) {
    List<String> own = parts.settings().monitors;
    try {
      known = new HashSet<>(own != null ? own : parts.source().known(parts.name()));
      listFails = 0;
      listDue = now + parts.settings().idlePoll;
    } catch (Source.SourceException e) {
      LOG.atWarn().addKeyValue("error", e.getMessage()).log("the known monitors were not listed");
      listFails++;
      listDue = now + backoff(listFails, parts.settings().poll);
    }
  }

  /** The monitors to read now. */
  private List<String> due(Map<String, MonitorState> monitors, long now) {
    Map<String, Plan> drawn = new HashMap<>();
    List<String> due = new ArrayList<>();
    Set<String> ids = new HashSet<>(known);
    ids.addAll(monitors.keySet());
    for (String id : ids) {
      MonitorState monitor = monitors.getOrDefault(id, MonitorState.UNREAD);
      Plan plan = plans.getOrDefault(id, new Plan(0, 0));
      if (plan.read != monitor.tried()) {
        plan = new Plan(monitor.tried(), monitor.tried() + interval(monitor));
      }
      drawn.put(id, plan);
      // Never read, the plan is long past: due at once, as after a fresh start or a flush of the
      // store.
      if (now >= next(monitor, plan.due, parts.settings().poll)) {
        due.add(id);
      }
    }
    plans = drawn;
    return due;
  }

  /** The time until the next poll, shortened by up to a tenth so that monitors spread out. */
  private long interval(MonitorState monitor) {
    long full = monitor.quiet() ? parts.settings().idlePoll : parts.settings().poll;
    return full - (long) (full / 10.0 * parts.random().getAsDouble());
  }

  /**
   * When a monitor is to be read: by its poll, the steps after its last callback, or the retry of a
   * failure.
   */
  static long next(MonitorState monitor, long poll, long most) {
    long next = poll;
    if (monitor.fails() > 0) {
      next = Math.min(next, monitor.tried() + backoff(monitor.fails(), most));
    }
    for (long step : STEPS) {
      if (monitor.dirty() > 0 && monitor.dirty() + step > monitor.tried()) {
        return Math.min(next, monitor.dirty() + step);
      }
    }
    return next;
  }

  /**
   * 5, 10, 20 … seconds after the first, second, third … failure, but never more than {@code most}.
   */
  static long backoff(int fails, long most) {
    return Math.min(5_000L << Math.min(Math.max(fails - 1, 0), 10), most);
  }
}
