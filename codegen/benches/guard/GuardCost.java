package breaker;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What one question to the guard costs inside this service: its snapshot read from the store, its
 * reload running beside it. Prints {@code cost CASE GROUPS OPEN THREADS NANOSECONDS}. With
 * COST_DOWN the store named by REDIS_URL answers nobody, from the start to the end.
 */
final class GuardCost {
  /** Groups in the snapshot, and each how manieth of them is open. */
  private static final int[][] SIZES = {{1, 1}, {100, 10}, {10_000, 10}};

  private static final int CALLS = 20_000;
  private static final int BATCHES = 7;

  /** Batches before the first that counts: until then the compiler is at work. */
  private static final int REHEARSALS = 10;

  /** Longer than the guard takes to call the store down, and between two reloads, in ms. */
  private static final long LATER = 20_000;

  private static final long RELOAD_EVERY = 5_000;
  private static final Map<String, String> REQUIRED =
      Map.of(
          "DD_API_KEY", "a",
          "DD_APP_KEY", "b",
          "CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");

  private GuardCost() {}

  public static void main(String[] args) throws InterruptedException {
    for (int[] size : SIZES) {
      measure(size[0], size[1]);
    }
    System.exit(0);
  }

  private static void measure(int groups, int every) throws InterruptedException {
    Guard guard = guard(groups, every);
    Map<String, Integer> cases =
        Map.of("open", (groups - 1) / every * every, "closed", 1, "unknown", 99_999);
    for (String name : new String[] {"open", "closed", "unknown"}) {
      if (every == 1 && name.equals("closed")) {
        continue;
      }
      for (int threads : new int[] {1, 4}) {
        double ns = cost(guard, bankCode(cases.get(name)), threads);
        System.out.printf(
            "cost %s %d %d %d %.1f%n", name, groups, (groups + every - 1) / every, threads, ns);
      }
    }
  }

  private static String bankCode(int at) {
    return String.format("bank_code:%04d", at);
  }

  /** The median over batches of the time of a core that one call takes. */
  private static double cost(Guard guard, String group, int threads) throws InterruptedException {
    int cores = Math.min(threads, Runtime.getRuntime().availableProcessors());
    double[] batches = new double[BATCHES];
    for (int batch = -REHEARSALS; batch < BATCHES; batch++) {
      CountDownLatch done = new CountDownLatch(threads);
      long start = System.nanoTime();
      for (int i = 0; i < threads; i++) {
        Background.daemon(() -> ask(guard, group, done)).start();
      }
      done.await();
      double took = (double) (System.nanoTime() - start) * cores / ((double) CALLS * threads);
      batches[Math.max(batch, 0)] = took;
    }
    Arrays.sort(batches);
    return batches[BATCHES / 2];
  }

  private static void ask(Guard guard, String group, CountDownLatch done) {
    for (int call = 0; call < CALLS; call++) {
      guard.allow("bank", group);
    }
    done.countDown();
  }

  private static Guard guard(int groups, int every) {
    Clock clock = new Clock();
    Store store = new RedisStore(System.getenv("REDIS_URL"), "funds", "cost");
    Parts parts =
        new Parts(
            "funds",
            new Settings(REQUIRED::get),
            clock,
            store,
            null,
            null,
            () -> ThreadLocalRandom.current().nextDouble(),
            new Metrics(),
            null);
    Guard guard = new Guard(parts);
    Reloader reloader = new Reloader(parts, guard);
    if (System.getenv("COST_DOWN") == null) {
      fill(store, clock, groups, every);
    } else {
      Store memory = new MemoryStore(clock);
      fill(memory, clock, groups, every);
      guard.replace(memory.load(), clock.now());
      clock.advance(LATER);
    }
    reloader.reload();
    Background.daemon(() -> refresh(reloader, clock)).start();
    return guard;
  }

  private static void refresh(Reloader reloader, Clock clock) {
    try {
      while (!clock.sleep(RELOAD_EVERY, () -> false)) {
        reloader.reload();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void fill(Store store, Clock clock, int groups, int every) {
    Map<String, Store.Want> wants = new HashMap<>();
    for (int at = 0; at < groups; at++) {
      wants.put(bankCode(at), new Store.Want(at % every == 0 ? Level.OPEN : Level.CLOSED, true));
    }
    long seq = store.fence();
    store.apply(new Store.Update("1", "bank", seq, clock.now(), 900_000, 0, "ok", true, wants));
  }
}
