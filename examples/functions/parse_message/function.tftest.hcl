# Needs neither keys nor a network.

run "a_message_written_by_hand_is_taken_apart" {
  command = plan

  assert {
    condition     = output.callbacks == { "https://funds.example.com/dd_circuit_breaker/callback" = toset(["alert"]) }
    error_message = "the callback must be found, with its one transition"
  }

  assert {
    condition     = provider::circuitbreaker::parse_message(local.by_hand).message == "Transfers to bank {{bank_code.name}} fail."
    error_message = "the text for people must be what is left"
  }

  assert {
    condition     = provider::circuitbreaker::parse_message(local.by_hand).sns_topic == "dd-circuit-breaker"
    error_message = "the topic must be the first `@sns-` handle"
  }
}
