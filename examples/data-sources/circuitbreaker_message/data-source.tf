# For those who stay with `datadog_monitor`: its `message` is `data.circuitbreaker_message.bank_errors.rendered_message`,
# and its `tags` need `circuit_breaker:bank` for the service to find it.
data "circuitbreaker_message" "bank_errors" {
  message   = "Transfers to bank {{bank_code.name}} fail."
  sns_topic = "dd-circuit-breaker"
  notify    = ["@slack-tech-channel"]

  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
  }
}

output "message" {
  value = data.circuitbreaker_message.bank_errors.rendered_message
}
