# The monitor that opens and closes this service's breaker `bank`, for each bank code on its own.
terraform {
  required_providers {
    circuitbreaker = {
      source = "circuitbreaker/circuitbreaker"
    }
  }
}

variable "callback_url" {
  description = "Where the dispatcher reaches this service."
  type        = string
  default     = "https://funds.example.com/dd_circuit_breaker/callback"
}

variable "sns_topic" {
  description = "Name of the SNS topic that the dispatcher listens to, as in @sns-NAME."
  type        = string
  default     = "dd-circuit-breaker"
}

resource "circuitbreaker_monitor" "bank" {
  name    = "funds: calls to a bank fail"
  type    = "query alert"
  query   = "sum(last_5m):sum:funds.bank.errors{*} by {bank_code}.as_count() / sum:funds.bank.calls{*} by {bank_code}.as_count() > 0.5"
  message = "More than half of the calls to one bank fail: its breaker is open."

  callback {
    url = var.callback_url
  }
  sns_topic = var.sns_topic

  # The tags `circuit_breaker:bank` (set by `breaker`) and `service:funds` are how the service finds its monitors.
  breaker = "bank"
  tags    = ["service:funds"]

  monitor_thresholds {
    critical          = 0.5
    critical_recovery = 0.1
    warning           = 0.3
  }
}
