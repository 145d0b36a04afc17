# Keys come from DD_API_KEY and DD_APP_KEY. `setup` makes a real monitor and deletes it again: point DD_HOST at a sandbox.

run "setup" {
  module {
    source = "./tests/setup"
  }
}

run "a_monitor_without_data_has_no_failing_group" {
  command = plan

  variables {
    monitor_id = run.setup.id
  }

  assert {
    condition     = data.circuitbreaker_monitor_state.bank_errors.overall_state == "No Data"
    error_message = "nothing has been measured yet"
  }

  assert {
    condition     = length(output.failing) == 0
    error_message = "no group can fail before there is one"
  }
}
