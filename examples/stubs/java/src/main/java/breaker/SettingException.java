package breaker;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Why the service refuses to start. */
final class SettingException extends RuntimeException {
  private final String remedy;

  SettingException(String name, String value, String remedy) {
    super(name + " is " + (value.isEmpty() ? "unset" : "`" + value + "`") + ": " + remedy);
    this.remedy = remedy;
  }

  /** Lets Spring say it without a stack trace; named in {@code META-INF/spring.factories}. */
  static final class Analyzer extends AbstractFailureAnalyzer<SettingException> {
    @Override
    protected FailureAnalysis analyze(Throwable root, SettingException cause) {
      return new FailureAnalysis(cause.getMessage(), cause.remedy, cause);
    }
  }
}
