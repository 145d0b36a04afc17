# Needs neither keys nor a network.

run "callbacks_come_first_and_handles_last" {
  command = plan

  assert {
    condition = startswith(output.message, join("\n", [
      "{{#is_alert}}",
      "circuit-breaker-callback: https://funds.example.com/dd_circuit_breaker/callback",
      "circuit-breaker-callback: https://payments.example.com/dd_circuit_breaker/callback",
      "{{/is_alert}}",
      "{{#is_alert_to_warning}}",
      "circuit-breaker-callback: https://funds.example.com/dd_circuit_breaker/callback",
      "{{/is_alert_to_warning}}",
    ]))
    error_message = "both services are called on an alert, the first alone when it becomes a warning"
  }

  assert {
    condition     = endswith(output.message, "\n\nTransfers to bank {{bank_code.name}} fail.\n@slack-tech-channel @sns-dd-circuit-breaker")
    error_message = "the text and the handles must follow"
  }
}

run "what_is_rendered_is_read_back" {
  command = plan

  assert {
    condition     = provider::circuitbreaker::render_message(provider::circuitbreaker::parse_message(output.message)) == output.message
    error_message = "parse_message must give what render_message takes"
  }
}
