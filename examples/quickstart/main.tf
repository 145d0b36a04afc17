# The whole of what a team writes: one monitor, grouped by bank, that trips and resets the breaker "bank" of the
# service "funds". `terraform plan` shows the message Datadog will get, callback lines included.

terraform {
  required_providers {
    circuitbreaker = {
      source = "circuitbreaker/circuitbreaker"
    }
  }
}

# Keys come from DD_API_KEY and DD_APP_KEY.
provider "circuitbreaker" {
  api_url                  = var.api_url
  sns_topic                = var.sns_topic
  allow_insecure_callbacks = var.allow_insecure_callbacks
}

resource "circuitbreaker_monitor" "bank_errors" {
  name = "Transfers to a bank are failing"
  type = "query alert"

  # A ratio, not a count of errors: a breaker that rejects calls also stops their errors, and a count would
  # then fall and clear its own alert. The share of errors among the calls that still go through does not.
  query = <<-EOT
    sum(last_5m):sum:funds.bank.errors{env:prod} by {bank_code}.as_count() / sum:funds.bank.requests{env:prod} by {bank_code}.as_count() > 0.5
  EOT

  monitor_thresholds {
    critical          = 0.5
    critical_recovery = 0.2
  }

  message = <<-EOT
    More than half of the transfers to bank {{bank_code.name}} fail.
    The service sends no transfers there until this monitor recovers; a few probes still pass.
  EOT

  breaker = "bank"

  callback {
    url = var.callback_url
  }

  tags = ["service:funds"]
}
