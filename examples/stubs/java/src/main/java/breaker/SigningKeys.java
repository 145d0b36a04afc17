package breaker;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.util.List;
import java.util.Map;

/**
 * Who may call: Standard Webhooks signatures under any of several keys, which never reach a log.
 */
final class SigningKeys {
  private final List<Webhook> keys;

  /** Reads {@code whsec_…} keys. The exception's text is the remedy and quotes no key. */
  SigningKeys(List<String> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("set it to the dispatcher's `whsec_…` key");
    }
    this.keys = keys.stream().map(SigningKeys::webhook).toList();
  }

  private static Webhook webhook(String key) {
    String fresh = ": use `whsec_$(openssl rand -base64 32)`";
    if (!key.startsWith("whsec_")) {
      throw new IllegalArgumentException("a key does not start with `whsec_`" + fresh);
    }
    if (key.length() < "whsec_".length() + 32) {
      throw new IllegalArgumentException("a key is shorter than 24 bytes" + fresh);
    }
    try {
      return new Webhook(key);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a key is not base64 after `whsec_`");
    }
  }

  /**
   * True if one key signed exactly this body less than five minutes from now, by the wall clock.
   */
  boolean verify(Map<String, List<String>> headers, String body) {
    return keys.stream().anyMatch(key -> verifies(key, headers, body));
  }

  private static boolean verifies(Webhook key, Map<String, List<String>> headers, String body) {
    try {
      key.verify(body, headers);
      return true;
    } catch (WebhookVerificationException
        | RuntimeException e) { // A malformed header may raise anything.
      return false;
    }
  }
}
