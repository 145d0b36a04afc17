# Keys come from DD_API_KEY and DD_APP_KEY. `apply` makes a real monitor and deletes it again: point DD_HOST at a sandbox.

run "every_transition_between_states_calls_back" {
  command = plan

  assert {
    condition = alltrue([
      for transition in ["alert", "alert_to_warning", "alert_recovery", "warning", "warning_recovery"] :
      strcontains(output.rendered_message, "{{#is_${transition}}}\ncircuit-breaker-callback: ${var.callback_url}\n{{/is_${transition}}}")
    ])
    error_message = "a transition that is not called for would leave the breaker as it was"
  }

  assert {
    condition     = endswith(output.rendered_message, "\n@sns-${var.sns_topic}")
    error_message = "the topic of the dispatcher must be notified"
  }
}

run "the_service_finds_its_monitor_by_tags" {
  command = apply

  assert {
    condition     = circuitbreaker_monitor.bank_errors.effective_tags == toset(["circuit_breaker:bank", "service:funds"])
    error_message = "the service looks its monitors up by these tags"
  }

  assert {
    condition     = can(tonumber(output.monitor_id))
    error_message = "the id must be Datadog's"
  }
}

run "another_topic_and_another_service_are_an_update_in_place" {
  command = apply

  variables {
    callback_url = "https://payments.example.com/dd_circuit_breaker/callback"
    sns_topic    = "dd-circuit-breaker-2"
  }

  assert {
    condition     = output.monitor_id == run.the_service_finds_its_monitor_by_tags.monitor_id
    error_message = "the monitor must stay the same"
  }

  assert {
    condition     = strcontains(output.rendered_message, "https://payments.example.com/") && !strcontains(output.rendered_message, "https://funds.example.com/")
    error_message = "only the new service is called"
  }
}
