package breaker;

import static breaker.Guard.Verdict.ALLOW;
import static breaker.Guard.Verdict.PROBE;
import static breaker.Guard.Verdict.REJECT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import breaker.Store.Contents;
import breaker.Store.Entry;
import breaker.Store.Forced;
import breaker.Store.MonitorState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a snapshot says of a call. */
class GuardTest {
  private static final long MINUTE = 60_000;

  private Bench bench = new Bench(Bench.Backend.MEMORY);

  private MonitorState monitor(Level level, Level was, long age, String... groups) {
    long now = bench.clock.now();
    Map<String, Entry> entries = new HashMap<>();
    for (String group : groups) {
      entries.put(group, new Entry(level, was, now - age, now + 15 * MINUTE, 0));
    }
    return new MonitorState("bank", 1, 0, now, 0, "ok", entries);
  }

  private void shows(MonitorState... monitors) {
    Map<String, MonitorState> all = new HashMap<>();
    for (MonitorState monitor : monitors) {
      all.put(String.valueOf(all.size()), monitor);
    }
    bench.guard.replace(new Contents(all, Map.of()), bench.clock.now());
  }

  private Guard.Verdict ask(String group) {
    return bench.guard.allow("bank", group);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bank_code:0001          | bank_code:0001          | true",
        "bank_code:0001          | bank_code:0002          | false",
        "bank_code:0001,env:prod | env:prod, bank_code:0001 | true",
        "bank_code:0001          | bank_code:0001,env:prod | true",
        "bank_code:0001,env:prod | bank_code:0001          | true",
        "bank_code:0001,env:prod | bank_code:0001,env:test | false",
        "*                       | bank_code:0001          | true",
        "bank_code:0001          | *                       | true",
      })
  void tagsAreComparedAsSets(String stored, String asked, boolean opens) {
    shows(monitor(Level.OPEN, Level.CLOSED, 0, stored));
    assertEquals(opens, ask(asked) != ALLOW);
  }

  @Test
  void whatIsFoundByTagsIsWhatMatches() {
    Random draw = new Random(5);
    for (int round = 0; round < 500; round++) {
      Flags flags = new Flags();
      List<String> asked = someTags(draw);
      Set<Flags.Flag> expected = new HashSet<>();
      for (int at = draw.nextInt(9); at > 0; at--) {
        Entry entry = new Entry(Level.OPEN, Level.OPEN, at, 0, 0);
        Flags.Flag flag = new Flags.Flag(entry, someTags(draw), null);
        flags.add(flag);
        if (flag.tags().containsAll(asked) || asked.containsAll(flag.tags())) {
          expected.add(flag);
        }
      }
      flags.index();
      assertEquals(expected, new HashSet<>(flags.matching(asked)));
    }
  }

  private static List<String> someTags(Random draw) {
    List<String> all = new ArrayList<>(List.of("a:1", "a:2", "b:1", "c:1", "d:1"));
    Collections.shuffle(all, draw);
    return all.subList(0, draw.nextInt(4));
  }

  @Test
  void theWorstOfTwoMonitorsDecides() {
    shows(
        monitor(Level.CLOSED, Level.CLOSED, 0, "a:1"),
        monitor(Level.OPEN, Level.CLOSED, 0, "a:1,b:1"));
    assertEquals(PROBE, ask("a:1"));
    assertEquals(REJECT, ask("a:1"));
  }

  @Test
  void openLetsAShareAndOneEachIntervalThrough() {
    shows(monitor(Level.OPEN, Level.CLOSED, 0, "a:1"));
    assertEquals(PROBE, ask("a:1"), "the first of the interval");
    assertEquals(REJECT, ask("a:1"));
    shows(monitor(Level.OPEN, Level.CLOSED, 0, "a:1"));
    assertEquals(REJECT, ask("a:1"), "a new snapshot remembers");
    bench.random = 0.009;
    assertEquals(PROBE, ask("a:1"), "the share");
    bench.random = 0.999;
    bench.clock.advance(10_000);
    assertEquals(PROBE, ask("a:1"));
  }

  @ParameterizedTest
  @CsvSource({
    "DEGRADED,CLOSED,0,0.49,ALLOW",
    "DEGRADED,CLOSED,0,0.51,REJECT",
    "CLOSED,OPEN,15000,0.4,ALLOW",
    "CLOSED,OPEN,15000,0.6,REJECT",
    "CLOSED,OPEN,30000,0.999,ALLOW",
    "CLOSED,DEGRADED,15000,0.7,ALLOW",
    "CLOSED,DEGRADED,15000,0.8,REJECT",
    "CLOSED,CLOSED,0,0.999,ALLOW",
  })
  void degradedAndTheRampArePercentages(
      Level level, Level was, long age, double random, Guard.Verdict verdict) {
    shows(monitor(level, was, age, "a:1"));
    bench.random = random;
    assertEquals(verdict, ask("a:1"));
  }

  @Test
  void aKeyAlwaysFallsOnTheSameSide() {
    shows(monitor(Level.DEGRADED, Level.CLOSED, 0, "a:1"));
    int allowed = 0;
    for (int i = 0; i < 10_000; i++) {
      var verdict = bench.guard.allowKey("bank", "a:1", "user-" + i);
      assertEquals(verdict, bench.guard.allowKey("bank", "a:1", "user-" + i));
      allowed += verdict == ALLOW ? 1 : 0;
    }
    assertTrue(allowed > 4_700 && allowed < 5_300, "half of the keys");
    assertEquals(0.7679704410612723, Guard.ofKey("user-1"), "the same in every language");
  }

  @ParameterizedTest
  @CsvSource({
    "last_known,20,PROBE",
    "last_known,61,ALLOW",
    "last_known:open,61,REJECT",
    "open,1,REJECT",
    "closed,1,ALLOW"
  })
  void aStoreThatIsDownFollowsItsPolicy(String policy, long minutes, Guard.Verdict verdict) {
    bench = new Bench(Bench.Backend.MEMORY, "CB_ON_STORE_DOWN=" + policy);
    shows(monitor(Level.OPEN, Level.CLOSED, 0, "a:1"));
    bench.guard.replace(null, bench.clock.now());
    bench.clock.advance(minutes * MINUTE);
    assertEquals(verdict, ask("a:1"));
  }

  @ParameterizedTest
  @CsvSource({
    "last_known,16,PROBE",
    "last_known,76,ALLOW",
    "last_known:open,76,PROBE",
    "open,16,PROBE",
    "closed,16,ALLOW"
  })
  void aLeaseThatRanOutFollowsItsPolicy(String policy, long minutes, Guard.Verdict verdict) {
    bench = new Bench(Bench.Backend.MEMORY, "CB_ON_SOURCE_DOWN=" + policy);
    shows(monitor(Level.OPEN, Level.CLOSED, 0, "a:1"));
    bench.clock.advance(minutes * MINUTE);
    assertEquals(verdict, ask("a:1"));
  }

  @Test
  void aClosedGroupWhoseLeaseRanOutOpensByPolicyToo() {
    bench = new Bench(Bench.Backend.MEMORY, "CB_ON_SOURCE_DOWN=open");
    shows(monitor(Level.CLOSED, Level.CLOSED, 0, "a:1"));
    assertEquals(ALLOW, ask("a:1"));
    bench.clock.advance(15 * MINUTE);
    assertEquals(PROBE, ask("a:1"));
  }

  @Test
  void anUnknownBreakerIsCountedAndFollowsItsPolicy() {
    shows();
    assertEquals(ALLOW, ask("a:1"));
    assertTrue(bench.metrics.toString().contains("cb_guard_unknown_breaker_total 1\n"));
    bench = new Bench(Bench.Backend.MEMORY, "CB_ON_UNKNOWN_BREAKER=reject");
    shows();
    assertEquals(REJECT, ask("a:1"));
  }

  @Test
  void anOverrideWinsUntilItEndsAndTheNarrowerOneFirst() {
    long end = bench.clock.now() + MINUTE;
    Map<String, Forced> forced =
        Map.of(
            "bank *", new Forced("bank", "*", "force_open", "ann", "drill", end),
            "bank a:1", new Forced("bank", "a:1", "force_closed", "ann", "drill", end));
    bench.guard.replace(new Contents(Map.of(), forced), bench.clock.now());
    assertEquals(REJECT, ask("a:2"));
    assertEquals(ALLOW, ask("a:1"));
    bench.clock.advance(MINUTE);
    assertEquals(ALLOW, ask("a:2"), "nobody feeds it");
  }

  /**
   * Prints the cost of a call, and fails on none, because machines differ; but no call may go
   * uncounted.
   */
  @Test
  void everyCallIsCountedAndCostsLittle() {
    shows(
        monitor(Level.OPEN, Level.CLOSED, 0, "bank_code:0001", "bank_code:0002", "bank_code:0003"));
    int calls = 1_000_000;
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        ask("bank_code:0003");
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    System.out.println("guard: " + best / calls + " ns a call");
    long counted =
        bench
            .metrics
            .toString()
            .lines()
            .filter(line -> line.startsWith("cb_guard_total"))
            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
            .sum();
    assertEquals(3L * calls, counted);
  }
}
