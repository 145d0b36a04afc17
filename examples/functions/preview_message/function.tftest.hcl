# Needs neither keys nor a network.

run "an_alert_calls_and_a_warning_does_not" {
  command = plan

  assert {
    condition     = output.alert.callbacks == tolist(["https://funds.example.com/dd_circuit_breaker/callback"])
    error_message = "the alert must call the service"
  }

  assert {
    condition     = length(output.warning.callbacks) == 0
    error_message = "no block was written for a warning"
  }
}

run "people_read_the_name_of_the_bank" {
  command = plan

  assert {
    condition     = strcontains(output.alert.text, "Transfers to bank 0001 fail.")
    error_message = "variables must be filled in, and conditionals decided"
  }

  assert {
    condition     = contains(output.alert.handles, "@sns-dd-circuit-breaker")
    error_message = "the topic must be notified"
  }
}
