# A monitor that leaves to the provider what the provider is asked to say.
resource "circuitbreaker_monitor" "bank_errors" {
  name    = "Transfers to a bank are failing"
  type    = "query alert"
  query   = "sum(last_5m):sum:funds.bank.errors{*} by {bank_code}.as_count() / sum:funds.bank.requests{*} by {bank_code}.as_count() > 0.5"
  message = "Transfers to bank {{bank_code.name}} fail."
  breaker = "bank"

  monitor_thresholds {
    critical = 0.5
  }

  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
  }
}
