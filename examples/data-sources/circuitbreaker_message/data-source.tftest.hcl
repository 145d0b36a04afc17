# Needs neither keys nor a network.

run "the_message_is_the_one_the_resource_would_have" {
  command = plan

  assert {
    condition = output.message == provider::circuitbreaker::render_message({
      message   = "Transfers to bank {{bank_code.name}} fail."
      callback  = [{ url = "https://funds.example.com/dd_circuit_breaker/callback" }]
      sns_topic = "dd-circuit-breaker"
      notify    = ["@slack-tech-channel"]
    })
    error_message = "the data source and the function must say the same"
  }

  assert {
    condition     = data.circuitbreaker_message.bank_errors.callback[0].on == toset(["alert", "alert_to_warning", "alert_recovery", "warning", "warning_recovery"])
    error_message = "without `on`, every transition between the states calls back"
  }
}
