# The monitor that somebody else keeps.
resource "circuitbreaker_monitor" "bank_errors" {
  name      = "Transfers to a bank are failing"
  type      = "query alert"
  query     = "sum(last_5m):sum:funds.bank.errors{*} by {bank_code}.as_count() / sum:funds.bank.requests{*} by {bank_code}.as_count() > 0.5"
  message   = "Transfers to bank {{bank_code.name}} fail."
  breaker   = "bank"
  tags      = ["service:funds"]
  sns_topic = "dd-circuit-breaker"

  monitor_thresholds {
    critical          = 0.5
    critical_recovery = 0.2
  }

  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
  }
}

output "id" {
  value = circuitbreaker_monitor.bank_errors.id
}
