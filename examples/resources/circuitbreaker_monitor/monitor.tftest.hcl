# Keys come from DD_API_KEY and DD_APP_KEY. `apply` makes a real monitor and deletes it again: point DD_HOST at a sandbox.

provider "circuitbreaker" {
  sns_topic = "dd-circuit-breaker"
}

run "the_message_is_known_before_anything_is_sent" {
  command = plan

  assert {
    condition     = startswith(circuitbreaker_monitor.bank_errors.rendered_message, "{{#is_alert}}\ncircuit-breaker-callback: ")
    error_message = "the callback lines must come first, so that a message cut short still has them"
  }

  assert {
    condition     = endswith(circuitbreaker_monitor.bank_errors.rendered_message, "\n@slack-tech-channel @sns-dd-circuit-breaker")
    error_message = "the handles must be the last line, outside every block"
  }

  assert {
    condition = alltrue([
      for url in ["https://funds.example.com/dd_circuit_breaker/callback", "https://payments.example.com/dd_circuit_breaker/callback"] :
      strcontains(circuitbreaker_monitor.bank_errors.rendered_message, "circuit-breaker-callback: ${url}")
    ])
    error_message = "each service must be called"
  }
}

run "datadog_holds_what_the_plan_said" {
  command = apply

  assert {
    condition     = circuitbreaker_monitor.bank_errors.rendered_message == run.the_message_is_known_before_anything_is_sent.rendered_message
    error_message = "the message must be the planned one"
  }

  assert {
    condition     = circuitbreaker_monitor.bank_errors.effective_tags == toset(["circuit_breaker:bank", "service:funds"])
    error_message = "the breaker's tag must be added to the monitor's own"
  }
}
