package breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import breaker.Store.Entry;
import breaker.Store.Want;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of {@code apply.lua}, played on both stores: what an update may change, and what it
 * announces.
 */
class StoreTest {
  private static final String STORES = "breaker.Bench#stores";
  private Store store;

  private void use(Bench.Backend backend) {
    store = backend.store(new Clock(), "funds-" + UUID.randomUUID());
  }

  /**
   * Groups are written {@code name=level}, {@code ?} for held, with a {@code !} behind what may not
   * get worse.
   */
  private String apply(long at, String breaker, String groups) {
    Map<String, Want> wants = new HashMap<>();
    for (String word : groups.isEmpty() ? new String[0] : groups.split(" ")) {
      String level = word.split("=")[1];
      String name = level.replace("!", "").toUpperCase();
      wants.put(
          word.split("=")[0],
          new Want(name.equals("?") ? null : Level.valueOf(name), !level.endsWith("!")));
    }
    var outcome =
        store.apply(
            new Store.Update("11", breaker, at, at, 1000, 100, "ok", !groups.isEmpty(), wants));
    TreeSet<String> words = new TreeSet<>();
    for (var item : outcome.items()) {
      var event = item.event();
      assertEquals(
          "change " + breaker + " 11 " + at, words("kind", "breaker", "monitor", "at").of(event));
      words.add(words("group", "from", "to").of(event).replace(' ', ':'));
    }
    return outcome.applied() ? String.join(" ", words) : "rejected";
  }

  private interface Words {
    String of(JsonNode event);
  }

  private static Words words(String... fields) {
    return event -> {
      StringBuilder text = new StringBuilder();
      for (String field : fields) {
        text.append(text.isEmpty() ? "" : " ").append(event.get(field).asText());
      }
      return text.toString();
    };
  }

  private Store.MonitorState state() {
    return store.load().monitors().get("11");
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void heldAndMutedGroupsDoNotGetWorse(Bench.Backend backend) {
    use(backend);
    assertEquals("a:closed:open", apply(1, "b", "a=open b=? c=open!"));
    assertEquals("", apply(2, "b", "a=? b=closed c=degraded!"));
    assertEquals("a:open:degraded b:closed:open", apply(3, "b", "a=degraded! b=open c=closed"));
    assertEquals("", apply(4, "b", "a=open! b=open! c=closed"));
    assertEquals(new Entry(Level.DEGRADED, Level.OPEN, 3, 1004, 0), state().groups().get("a"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void onlyANewerFenceIsApplied(Bench.Backend backend) {
    use(backend);
    apply(10, "b", "a=open");
    assertEquals("rejected", apply(9, "b", "a=closed"));
    assertEquals("rejected", apply(10, "b", "a=closed"));
    assertEquals(Level.OPEN, state().groups().get("a").level());
    assertEquals("10 10", state().applied() + " " + state().dirty());
    assertEquals(
        "a:open:closed",
        apply(100, "b", "a=closed"),
        "compared as numbers: as text, 9 would be more");
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aFenceOnlyGrows(Bench.Backend backend) {
    use(backend);
    for (long i = 0, last = 0; i < 50; i++) {
      long fence = store.fence();
      assertTrue(fence > last && fence < 1L << 53);
      last = fence;
    }
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void anAbsentGroupIsHeldClosedAndDropped(Bench.Backend backend) {
    use(backend);
    apply(1, "b", "a=open b=closed");
    assertEquals("", apply(10, "b", "b=closed"));
    assertEquals("", apply(50, "b", "a=open b=closed"), "back again: the wait starts anew");
    assertEquals("", apply(60, "b", "b=closed"));
    assertEquals("", apply(159, "b", "b=closed"));
    assertEquals("a:open:closed", apply(160, "b", "b=closed"));
    assertEquals(Level.OPEN, state().groups().get("a").was(), "it ramps");
    apply(260, "b", "b=closed");
    assertFalse(state().groups().containsKey("a"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void aRenamedBreakerLeavesNothingBehind(Bench.Backend backend) {
    use(backend);
    apply(1, "old", "a=open");
    assertEquals("b:closed:open", apply(2, "new", "b=open"));
    assertEquals("", apply(3, "old", "b=closed"));
    assertEquals("old 1", state().breaker() + " " + state().groups().size());
    store.forget("11");
    assertEquals(Map.of(), store.load().monitors());
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void anIncompleteAnswerRenewsNothing(Bench.Backend backend) {
    use(backend);
    apply(1, "b", "a=open");
    assertEquals("", apply(500, "b", ""));
    assertEquals(new Entry(Level.OPEN, Level.CLOSED, 1, 1001, 0), state().groups().get("a"));
  }

  @ParameterizedTest
  @MethodSource(STORES)
  void oddNamesSurviveTheTrip(Bench.Backend backend) {
    use(backend);
    String group = "bank:\"みずほ\\,a b<&>";
    long seq = store.fence();
    long now = System.currentTimeMillis();
    store.failed("11", now, "why");
    assertEquals("why 1 " + now, state().source() + " " + state().fails() + " " + state().tried());
    var wants = Map.of(group, new Want(Level.OPEN, true));
    store.apply(new Store.Update("11", "b:1 {x}", seq, now, 3_600_000, 1, "ok", true, wants));
    assertEquals(
        "b:1 {x} " + seq + " 0",
        state().breaker() + " " + state().applied() + " " + state().fails());
    assertEquals(
        new Entry(Level.OPEN, Level.CLOSED, now, now + 3_600_000, 0), state().groups().get(group));
  }

  @Test
  void oneInstancePolls() {
    assumeTrue(TestRedis.URL.isPresent(), "no redis-server on this machine");
    String name = "funds-" + UUID.randomUUID();
    Store one = Bench.Backend.REDIS.store(new Clock(), name);
    Store two = Bench.Backend.REDIS.store(new Clock(), name);
    assertTrue(one.lead(60_000) && one.lead(60_000));
    assertFalse(two.lead(60_000), "the lease is held");
    assertFalse(two.lead(0) || two.lead(60_000), "and only its holder gives it up");
    one.lead(0);
    assertTrue(two.lead(60_000));
  }
}
