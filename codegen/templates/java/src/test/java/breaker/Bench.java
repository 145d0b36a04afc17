package breaker;

import static org.junit.jupiter.api.Assertions.fail;

import breaker.Hooks.Monitor;
import breaker.Hooks.Notification;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What the tests stand on: the parts of a service put together by hand, a Datadog in memory, time
 * that is moved and never waited for.
 */
final class Bench {
  static final String KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

  final Clock clock = new Clock();
  final Store store;
  final Datadog datadog = new Datadog();
  final Recorder hooks = new Recorder();
  final Metrics metrics = new Metrics();
  final Guard guard;
  final Reloader reloader;
  final Outbox outbox;
  final Reconciler reconciler;
  final Healer healer;
  double random = 0.999;

  Bench(Backend backend, String... settings) {
    this("funds-" + UUID.randomUUID(), backend, settings);
  }

  /** Several of one name share what is in Redis. */
  Bench(String name, Backend backend, String... settings) {
    store = backend.store(clock, name);
    var parts =
        new Parts(
            name,
            settings(settings),
            clock,
            store,
            datadog,
            hooks,
            () -> random,
            metrics,
            Executors.newCachedThreadPool(Background::daemon));
    guard = new Guard(parts);
    reloader = new Reloader(parts, guard);
    outbox = new Outbox(parts);
    reconciler = new Reconciler(parts, outbox, reloader);
    healer = new Healer(parts, guard, reconciler, reloader, outbox);
    datadog.service = name;
  }

  /** Where breakers are kept. */
  enum Backend {
    MEMORY,
    REDIS;

    Store store(Clock clock, String name) {
      return this == MEMORY
          ? new MemoryStore(clock)
          : new RedisStore(TestRedis.URL.orElseThrow(), name, "test-" + UUID.randomUUID());
    }
  }

  /** Both stores, or the one there is. */
  static Stream<Backend> stores() {
    return TestRedis.URL.isPresent() ? Stream.of(Backend.values()) : Stream.of(Backend.MEMORY);
  }

  /** The settings of a test: what is required, and {@code NAME=value} besides. */
  static Settings settings(String... more) {
    Map<String, String> table =
        new HashMap<>(Map.of("DD_API_KEY", "api", "DD_APP_KEY", "app", "CB_SIGNING_KEYS", KEY));
    for (String setting : more) {
      table.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    return new Settings(table::get);
  }

  static Notification notification(String monitor, boolean test) {
    return new Notification("7", monitor, "bank_code:0001", "Triggered", test, "https://x/", "m-1");
  }

  /** What the callback does once it believes its caller. */
  void callback(String monitor) {
    store.dirty(monitor, clock.now());
    outbox.notified(notification(monitor, false), reconciler.reconcile(monitor));
  }

  /** Moves time, and does what is then due. */
  void after(long seconds) throws InterruptedException {
    clock.advance(seconds * 1000);
    reloader.reload();
    healer.tick();
  }

  boolean opens(String group) {
    return guard.allow("bank", group) != Guard.Verdict.ALLOW;
  }

  /** Waits for what another thread does; only a failure takes long. */
  static void until(String what, BooleanSupplier done) {
    for (long end = System.nanoTime() + 20_000_000_000L;
        !done.getAsBoolean();
        Thread.onSpinWait()) {
      if (System.nanoTime() > end) {
        fail("waited in vain for " + what);
      }
    }
  }

  /** Monitors as Datadog answers them. */
  static final class Datadog implements Source {
    final Map<String, ObjectNode> monitors = new ConcurrentHashMap<>();
    final List<String> asked = new ArrayList<>();
    volatile boolean down;
    volatile Runnable afterSeeing = () -> {};
    private String service;

    /**
     * A monitor that feeds {@code bank}; groups are written {@code name=status}, and without any it
     * is ungrouped.
     */
    ObjectNode set(String id, String... groups) {
      ObjectNode monitor =
          Json.MAPPER.createObjectNode().put("id", Long.valueOf(id)).put("name", "bank");
      monitor.put("overall_state", "OK").put("multi", groups.length > 0);
      monitor.putArray("tags").add("circuit_breaker:bank").add("service:" + service);
      ObjectNode state = monitor.putObject("state").putObject("groups");
      for (String group : groups) {
        state.putObject(group.split("=")[0]).put("status", group.split("=")[1]);
      }
      monitors.put(id, monitor);
      return monitor;
    }

    @Override
    public Reading monitor(String id) {
      synchronized (asked) {
        asked.add(id);
      }
      ObjectNode seen = monitors.get(id);
      afterSeeing.run();
      if (down || seen == null) {
        throw new SourceException("GET /api/v1/monitor/" + id + ": status 503");
      }
      return new Reading(seen);
    }

    @Override
    public List<String> known(String service) {
      if (down) {
        throw new SourceException("GET /api/v1/monitor: status 503");
      }
      return List.copyOf(monitors.keySet());
    }

    @Override
    public Map<String, Object> event(String id) {
      return Map.of("id_str", id);
    }
  }

  /** Hooks that say what they were told, and fail as often as asked to. */
  static final class Recorder implements Hooks {
    final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    volatile int fails;

    private void say(String what) {
      said.add(what);
      if (fails > 0) {
        fails--;
        throw new IllegalStateException("as asked for");
      }
    }

    String next() throws InterruptedException {
      return said.poll(20, TimeUnit.SECONDS);
    }

    /** The next two, in whichever order: hooks of different entries do not wait for each other. */
    Set<String> nextTwo() throws InterruptedException {
      return Set.of(next(), next());
    }

    @Override
    public void onNotification(Notification n, LazyEvent event, Monitor monitor) {
      say(
          "notified "
              + monitor.id()
              + " "
              + n.group()
              + " "
              + event.get().orElseThrow().get("id_str"));
    }

    @Override
    public void onOpen(Change change) {
      say("open " + change.group());
    }

    @Override
    public void onDegraded(Change change) {
      say("degraded " + change.group());
    }

    @Override
    public void onClose(Change change) {
      say("close " + change.group());
    }
  }
}
