package breaker;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Reads and checks single variables; an empty one counts as unset. An error names variable, value
 * and remedy.
 */
record Env(UnaryOperator<String> variables) {
  static final long WEEK = 604_800;

  String text(String name, String fallback) {
    String text = variables.apply(name);
    return text == null || text.isBlank() ? fallback : text.strip();
  }

  String required(String name) {
    String text = text(name, "");
    if (text.isEmpty()) {
      throw new SettingException(name, "", "set it to a key that may read monitors and events");
    }
    return text;
  }

  String matching(String name, String fallback, String pattern, String example) {
    String text = text(name, fallback);
    if (!text.matches(pattern)) {
      throw new SettingException(name, text, "give it as in " + example);
    }
    return text;
  }

  double number(String name, double fallback, long least, long most) {
    String text = text(name, null);
    if (text == null) {
      return fallback;
    }
    double number = text.matches("\\d{1,9}(\\.\\d+)?") ? Double.parseDouble(text) : -1;
    if (number < least || number > most) {
      throw new SettingException(name, text, "give a number from " + least + " to " + most);
    }
    return number;
  }

  /** Whole seconds in, milliseconds out. */
  long seconds(String name, long fallback, long least, long most) {
    double seconds = number(name, fallback, least, most);
    if (seconds != Math.rint(seconds)) {
      throw new SettingException(name, text(name, ""), "give whole seconds");
    }
    return (long) seconds * 1000;
  }

  /** The first choice is the default. */
  String choice(String name, String... choices) {
    String text = text(name, choices[0]);
    if (!Arrays.asList(choices).contains(text)) {
      throw new SettingException(name, text, "choose one of " + String.join(", ", choices));
    }
    return text;
  }

  Settings.Fallback fallback(String name) {
    String word = choice(name, "last_known", "last_known:open", "open", "closed");
    return new Settings.Fallback(word.startsWith("last_known"), word.endsWith("open"));
  }

  SigningKeys signingKeys() {
    List<String> keys = words("CB_SIGNING_KEYS");
    try {
      return new SigningKeys(keys);
    } catch (IllegalArgumentException e) {
      throw new SettingException(
          "CB_SIGNING_KEYS", keys.isEmpty() ? "" : "(hidden)", e.getMessage());
    }
  }

  List<String> monitors() {
    List<String> ids = words("CB_MONITORS");
    for (String id : ids) {
      if (!Settings.isId(id)) {
        throw new SettingException(
            "CB_MONITORS", id, "list monitor ids, digits only, separated by commas");
      }
    }
    return ids.isEmpty() ? null : ids;
  }

  private List<String> words(String name) {
    return Arrays.stream(text(name, "").split("[ ,]+")).filter(word -> !word.isEmpty()).toList();
  }
}
