package breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is believed at the start, and of callers. */
class SettingsTest {
  @Test
  void theDefaultsAreThoseOfTheTable() {
    Settings settings = Bench.settings("CB_MONITORS=", "DD_SITE=datadoghq.eu");
    assertEquals("0.0.0.0:8080", settings.host + ":" + settings.port);
    assertEquals("https://api.datadoghq.eu", settings.datadogUrl);
    assertEquals(
        List.of(60_000L, 300_000L, 900_000L),
        List.of(settings.poll, settings.idlePoll, settings.lease));
    assertEquals(
        List.of(0.01, 0.5, 1.0),
        List.of(settings.probeRatio, settings.degradedShare, settings.maxOpenShare));
    assertNull(settings.monitors);
    assertNull(settings.onNoData);
    assertEquals(new Settings.Fallback(true, false), settings.onStoreDown);
    assertEquals(List.of("1", "22"), Bench.settings("CB_MONITORS=1, 22").monitors);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DD_API_KEY=            | DD_API_KEY is unset: set it to a key that may read monitors and"
            + " events",
        "CB_SIGNING_KEYS=       | CB_SIGNING_KEYS is unset: set it to the dispatcher's `whsec_…`"
            + " key",
        "CB_SIGNING_KEYS=secret | CB_SIGNING_KEYS is `(hidden)`: a key does not start with"
            + " `whsec_`: use `whsec_$(openssl rand -base64 32)`",
        "CB_SIGNING_KEYS=whsec_AAAA | CB_SIGNING_KEYS is `(hidden)`: a key is shorter than 24"
            + " bytes: use `whsec_$(openssl rand -base64 32)`",
        "CB_LISTEN=8080         | CB_LISTEN is `8080`: give it as in 0.0.0.0:8080",
        "CB_DATADOG_URL=api.x   | CB_DATADOG_URL is `api.x`: give it as in"
            + " https://api.datadoghq.eu",
        "CB_MONITORS=1,x        | CB_MONITORS is `x`: list monitor ids, digits only, separated by"
            + " commas",
        "CB_POLL_S=0            | CB_POLL_S is `0`: give a number from 1 to 604800",
        "CB_POLL_S=1.5          | CB_POLL_S is `1.5`: give whole seconds",
        "CB_PROBE_RATIO=NaN     | CB_PROBE_RATIO is `NaN`: give a number from 0 to 1",
        "CB_ON_MUTED=no         | CB_ON_MUTED is `no`: choose one of hold, follow, ignore",
        "CB_LEASE_S=899         | CB_LEASE_S is `899`: a lease outlives three idle polls: at least"
            + " 900",
      })
  void aBadValueIsNamedWithItsRemedy(String setting, String text) {
    assertEquals(
        text, assertThrows(SettingException.class, () -> Bench.settings(setting)).getMessage());
  }

  @Test
  void aRedisUrlIsNotQuoted() {
    var error =
        assertThrows(
            SettingException.class, () -> new RedisStore("http://u:hunter2@h", "funds", "me"));
    assertFalse(error.getMessage().contains("hunter2"));
  }

  @Test
  void oneOfSeveralKeysSignsTheBodyOfTheLastFiveMinutes() throws Exception {
    String other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    SigningKeys keys = new SigningKeys(List.of(other, Bench.KEY));
    long now = System.currentTimeMillis() / 1000;
    String good = new Webhook(Bench.KEY).sign("m-1", now, "{}");
    assertTrue(keys.verify(signed(now, "v1,AAAA " + good), "{}"));
    assertFalse(keys.verify(signed(now, good), "{} "));
    assertFalse(keys.verify(signed(now + 1, good), "{}"));
    assertFalse(keys.verify(signed(now, "v1"), "{}"));
    assertFalse(keys.verify(Map.of(), "{}"));
    assertFalse(new SigningKeys(List.of(other)).verify(signed(now, good), "{}"));
    long old = now - 301;
    assertFalse(keys.verify(signed(old, new Webhook(Bench.KEY).sign("m-1", old, "{}")), "{}"));
  }

  private static Map<String, List<String>> signed(long at, String signature) {
    return Map.of(
        "webhook-id", List.of("m-1"),
        "webhook-timestamp", List.of(String.valueOf(at)),
        "webhook-signature", List.of(signature));
  }
}
