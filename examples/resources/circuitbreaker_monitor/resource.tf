resource "circuitbreaker_monitor" "bank_errors" {
  name  = "Transfers to a bank are failing"
  type  = "query alert"
  query = "sum(last_5m):sum:funds.bank.errors{*} by {bank_code}.as_count() / sum:funds.bank.requests{*} by {bank_code}.as_count() > 0.5"

  monitor_thresholds {
    critical          = 0.5
    critical_recovery = 0.2
    warning           = 0.3
  }

  message = "Transfers to bank {{bank_code.name}} fail; runbook: https://wiki.example.com/bank"
  notify  = ["@slack-tech-channel"]
  breaker = "bank"
  tags    = ["service:funds"]

  # Without `on`, every transition that moves the monitor between its states calls back.
  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
  }

  # A second service, told of full alerts and recoveries alone.
  callback {
    url = "https://payments.example.com/dd_circuit_breaker/callback"
    on  = ["alert", "alert_recovery"]
  }
}
