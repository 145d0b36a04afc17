# The first `@sns-` handle becomes `sns_topic`, the other handles `notify`, the tag `circuit_breaker:NAME` becomes `breaker`.
import {
  to = circuitbreaker_monitor.bank_errors
  id = "1234567"
}
