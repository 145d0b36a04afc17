package breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import breaker.Store.Want;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a monitor to what each group should be. */
class MappingTest {
  private static final long NOW = 1_000_000;

  private static Mapping map(String json, String... settings) {
    try {
      JsonNode raw = Json.MAPPER.readTree(json.replace('\'', '"'));
      return Mapping.of(new Reading(raw), Bench.settings(settings), NOW);
    } catch (Exception e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Alert,hold,OPEN", "Warn,hold,DEGRADED", "OK,hold,CLOSED", "No Data,hold,", "No Data,open,OPEN",
    "No Data,closed,CLOSED", "Ignored,open,", "Skipped,open,", "Unknown,open,", "'',open,"
  })
  void everyStatusHasItsLevel(String status, String onNoData, Level level) {
    String json = "{'multi':true,'state':{'groups':{'a:1':{'status':'" + status + "'}}}}";
    Mapping mapping = map(json, "CB_ON_NO_DATA=" + onNoData);
    assertEquals(new Mapping(Map.of("a:1", new Want(level, true)), true, false), mapping);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "{'overall_state':'Alert'}                                         | {*=OPEN}   | true",
        "{'multi':false,'overall_state':'OK','state':{'groups':{'a':{}}}}  | {*=CLOSED} | true",
        "{'overall_state':'Warn','state':{'groups':{'*':{}}}}              | {*=DEGRADED} | true",
        "{'state':{'groups':{'a:1':{'status':'OK'}}}}                      | {a:1=CLOSED} | true",
        "{'multi':true,'overall_state':'Alert','state':{'groups':{}}}      | {}         | false",
        "{'multi':true,'state':null}                                       | {}         | false",
        "{}                                                                | {*=null}   | true",
      })
  void anUngroupedMonitorSpeaksAsAWholeAndAnEmptyOneNotAtAll(
      String json, String levels, boolean complete) {
    Mapping mapping = map(json);
    Map<String, Level> seen = new TreeMap<>();
    mapping.groups().forEach((group, want) -> seen.put(group, want.level()));
    assertEquals(levels, seen.toString());
    assertEquals(complete, mapping.complete());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "'matching_downtimes':[{'scope':['a:1']}]            | true",
        "'matching_downtimes':[{'scope':['a:2']}]            | false",
        "'matching_downtimes':[{'scope':['a:*']}]            | true",
        "'matching_downtimes':[{'scope':['env:prod']}]       | true",
        "'matching_downtimes':[{'scope':['env:prod','a:2']}] | false",
        "'matching_downtimes':[{'scope':['*']}]              | true",
        "'matching_downtimes':[{'scope':['a:2 OR a:1']}]     | true",
        "'matching_downtimes':[{'scope':['b:9 AND a:2']}]    | false",
        "'matching_downtimes':[{'scope':['a:2']},{'scope':[]}] | true",
        "'options':{'silenced':{'*':null}}                   | true",
        "'options':{'silenced':{'a:1':1001}}                 | true",
        "'options':{'silenced':{'a:1':1000}}                 | false",
      })
  void aDowntimeMutesTheGroupsItCovers(String field, boolean mutes) {
    String json = "{'state':{'groups':{'a:1':{'status':'Alert'}}}," + field + "}";
    Want open = new Want(Level.OPEN, true);
    assertEquals(mutes ? new Want(Level.OPEN, false) : open, map(json).groups().get("a:1"));
    assertEquals(open, map(json, "CB_ON_MUTED=follow").groups().get("a:1"));
    Want ignored = map(json, "CB_ON_MUTED=ignore").groups().get("a:1");
    assertEquals(mutes ? new Want(null, true) : open, ignored);
  }

  @Test
  void aboveTheCapNothingMoreOpens() {
    String json =
        "{'state':{'groups':{'a:1':{'status':'Alert'},'a:2':{'status':'Alert'},"
            + "'a:3':{'status':'OK'}}}}";
    Mapping capped = map(json, "CB_MAX_OPEN_PERCENT=50");
    assertEquals(new Want(Level.OPEN, false), capped.groups().get("a:1"));
    assertEquals(new Want(Level.CLOSED, true), capped.groups().get("a:3"));
    assertEquals(true, capped.capped());
    assertEquals(false, map(json, "CB_MAX_OPEN_PERCENT=67").capped());
  }
}
