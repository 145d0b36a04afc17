package breaker;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a group stands. Of two, the later is the worse. */
public enum Level {
  @JsonProperty("closed")
  CLOSED,
  @JsonProperty("degraded")
  DEGRADED,
  @JsonProperty("open")
  OPEN
}
