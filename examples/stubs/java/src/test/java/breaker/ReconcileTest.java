package breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The truth and its races: what a slow, late or repeated reading may do, what heals by itself, what
 * the hooks are told.
 */
class ReconcileTest {
  private static final String STORES = "breaker.Bench#stores";
  private static final String[] BAD = {"bank_code:0001=Alert", "bank_code:0002=OK"};
  private static final String[] GOOD = {"bank_code:0001=OK", "bank_code:0002=OK"};

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void anAlertOpensItsGroupAloneAndARecoveryClosesIt(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend, "CB_RAMP_S=0");
    bench.datadog.set("11", BAD);
    bench.callback("11");
    assertTrue(bench.opens("bank_code:0001"));
    assertFalse(bench.opens("bank_code:0002"));
    String notified = "notified 11 bank_code:0001 7";
    assertEquals(Set.of("open bank_code:0001", notified), bench.hooks.nextTwo());
    bench.datadog.set("11", GOOD);
    bench.callback("11");
    assertFalse(bench.opens("bank_code:0001"));
    assertEquals(Set.of("close bank_code:0001", notified), bench.hooks.nextTwo());
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aSlowOldReadingLoses(Bench.Backend backend) {
    Bench bench = new Bench(backend, "CB_RAMP_S=0");
    var second = new Reconciler(parts(bench), bench.outbox, bench.reloader);
    CountDownLatch seen = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    bench.datadog.set("11", BAD);
    bench.datadog.afterSeeing =
        () -> {
          bench.datadog.afterSeeing = () -> {};
          seen.countDown();
          await(goOn);
        };
    var slow = CompletableFuture.runAsync(() -> bench.reconciler.reconcile("11"));
    await(seen);
    bench.datadog.set("11", GOOD);
    second.reconcile("11");
    goOn.countDown();
    slow.join();
    assertFalse(
        bench.opens("bank_code:0001"), "the alert was read before the recovery and came after it");
    var state = bench.guard.snapshot().contents.monitors().get("11");
    assertTrue(state.dirty() > 0, "and the monitor is read again");
    assertTrue(bench.metrics.toString().contains("cb_writes_rejected_total 1\n"));
  }

  /** Another instance on the same store. */
  private static Parts parts(Bench bench) {
    return new Parts(
        "funds",
        Bench.settings("CB_RAMP_S=0"),
        bench.clock,
        bench.store,
        bench.datadog,
        bench.hooks,
        () -> 0,
        bench.metrics,
        Executors.newCachedThreadPool(Background::daemon));
  }

  @Test
  void callersShareAReadingThatBeganAfterTheyCame() throws Exception {
    Slot<Integer> slot = new Slot<>();
    AtomicInteger reads = new AtomicInteger();
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    var first =
        CompletableFuture.supplyAsync(
            () ->
                slot.share(
                    () -> {
                      began.countDown();
                      await(gate);
                      return reads.incrementAndGet();
                    }));
    await(began);
    Thread[] threads = new Thread[2];
    int[] seen = new int[2];
    for (int i = 0; i < 2; i++) {
      int at = i;
      threads[i] = new Thread(() -> seen[at] = slot.share(reads::incrementAndGet));
      threads[i].start();
    }
    for (Thread thread : threads) {
      Bench.until("a caller that waits", () -> thread.getState() == Thread.State.BLOCKED);
    }
    gate.countDown();
    assertEquals(1, first.join());
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(
        List.of(2, 2), List.of(seen[0], seen[1]), "two and three share the second reading");
    assertEquals(3, slot.share(reads::incrementAndGet), "a later caller reads anew");
  }

  @Test
  void theStepsAfterACallbackAndTheRetriesOfFailures() {
    long dirty = 1_000_000;
    StringBuilder seen = new StringBuilder();
    for (long tried = dirty; tried < dirty + 200_000; ) {
      var state = new Store.MonitorState("b", 1, dirty, tried, 0, "ok", Map.of());
      tried = Healer.next(state, tried + 300_000, 60_000);
      seen.append((tried - dirty) / 1000).append(' ');
    }
    assertEquals("5 15 30 60 120 420 ", seen.toString());
    assertEquals(
        "5000 20000 60000",
        Healer.backoff(1, 60_000)
            + " "
            + Healer.backoff(3, 60_000)
            + " "
            + Healer.backoff(40, 60_000));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aFirstReadThatLagsIsMendedWithinThirtySeconds(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend);
    bench.datadog.set("11", GOOD);
    bench.callback("11");
    assertFalse(bench.opens("bank_code:0001"));
    bench.after(0);
    int before = bench.datadog.asked.size();
    bench.after(5);
    bench.after(10);
    assertEquals(before + 2, bench.datadog.asked.size());
    bench.datadog.set("11", BAD);
    bench.after(15);
    assertTrue(bench.opens("bank_code:0001"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void datadogDownThroughAllAttemptsHealsWithoutAReplay(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend);
    bench.datadog.set("11", BAD);
    bench.datadog.down = true;
    assertThrows(Source.SourceException.class, () -> bench.callback("11"));
    bench.after(600);
    assertFalse(bench.opens("bank_code:0001"));
    assertTrue(bench.guard.snapshot().contents.monitors().get("11").fails() >= 2);
    bench.datadog.down = false;
    bench.after(60);
    assertTrue(bench.opens("bank_code:0001"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aLostAlertIsPolledEvenOfAMonitorNeverHeardOf(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend);
    bench.after(0);
    bench.datadog.set("11", BAD);
    bench.after(300);
    assertTrue(bench.opens("bank_code:0001"));
    bench.datadog.set("11", GOOD);
    bench.after(60);
    bench.after(30);
    assertFalse(bench.opens("bank_code:0001"), "and a lost recovery within a minute");
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aGroupThatVanishedIsHeldThenRampsToClosed(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend);
    bench.datadog.set("11", BAD);
    bench.callback("11");
    bench.datadog.set("11", "bank_code:0002=OK");
    bench.after(60);
    bench.after(599);
    assertTrue(bench.opens("bank_code:0001"));
    bench.after(61);
    bench.after(31);
    assertFalse(bench.opens("bank_code:0001"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aFailingHookIsRetriedAndChangesNothingElse(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend);
    bench.hooks.fails = 1;
    bench.datadog.set("11", BAD);
    bench.reconciler.reconcile("11");
    assertTrue(bench.opens("bank_code:0001"));
    assertEquals("open bank_code:0001", bench.hooks.next());
    Bench.until(
        "the failure",
        () -> bench.metrics.toString().contains("cb_hooks_total{result=\"failed\"} 1\n"));
    bench.clock.advance(1_000);
    assertEquals("open bank_code:0001", bench.hooks.next());
    Bench.until(
        "the success",
        () -> bench.metrics.toString().contains("cb_hooks_total{result=\"done\"} 1\n"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void whatNobodyAcknowledgedIsTakenOver(Bench.Backend backend) throws Exception {
    Bench bench = new Bench(backend);
    var item =
        bench.store.emit(
            """
            {"kind": "change", "breaker": "bank", "monitor": "11", "group": "a:1",
             "from": "open", "to": "degraded", "at": 1}
            """);
    assertEquals(List.of(), bench.store.orphans(60_000), "not yet");
    assertEquals(List.of(item), bench.store.orphans(0));
    bench.outbox.deliver(List.of(item));
    assertEquals("degraded a:1", bench.hooks.next());
    Bench.until("the acknowledgement", () -> bench.store.orphans(0).isEmpty());
  }

  @Test
  void aMonitorWithoutTheServicesTagIsForgotten() {
    Bench bench = new Bench(Bench.Backend.MEMORY, "CB_REQUIRE_SERVICE_TAG=1");
    bench.datadog.set("11", BAD).putArray("tags").add("circuit_breaker:bank");
    assertThrows(Reconciler.NotOursException.class, () -> bench.callback("11"));
    assertEquals(Map.of(), bench.store.load().monitors());
  }

  @Test
  void aChangeOnOneInstanceReachesTheOther() {
    assumeTrue(TestRedis.URL.isPresent(), "no redis-server on this machine");
    String name = "funds-" + UUID.randomUUID();
    Bench one = new Bench(name, Bench.Backend.REDIS);
    Bench two = new Bench(name, Bench.Backend.REDIS);
    AtomicInteger hints = new AtomicInteger();
    two.store.onChange(hints::incrementAndGet);
    two.reloader.reload();
    Bench.until("the subscription", () -> hints.get() == 1);
    one.datadog.set("11", BAD);
    one.callback("11");
    Bench.until("the hint", () -> hints.get() > 1);
    two.reloader.reload();
    assertTrue(two.opens("bank_code:0001"));
  }
}
