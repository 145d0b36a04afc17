# Keys come from DD_API_KEY and DD_APP_KEY. `setup` makes a real monitor and deletes it again: point DD_HOST at a sandbox.

run "setup" {
  module {
    source = "./tests/setup"
  }
}

run "the_monitor_is_found_by_its_tags_and_taken_apart" {
  command = plan

  assert {
    condition     = data.circuitbreaker_monitor.bank_errors.id == run.setup.id
    error_message = "it must be the one monitor with these tags"
  }

  assert {
    condition     = data.circuitbreaker_monitor.bank_errors.breaker == "bank"
    error_message = "the breaker must be read out of the tags"
  }

  assert {
    condition     = output.callbacks == tolist(["https://funds.example.com/dd_circuit_breaker/callback"])
    error_message = "the callbacks must be read out of the message"
  }
}
