import {
  to = circuitbreaker_monitor.bank_errors
  id = "1234567"
}
