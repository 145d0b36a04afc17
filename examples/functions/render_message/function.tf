# The message of a monitor that something else keeps: a script, another provider, a Helm chart.
output "message" {
  value = provider::circuitbreaker::render_message({
    message = "Transfers to bank {{bank_code.name}} fail."

    callback = [
      { url = "https://funds.example.com/dd_circuit_breaker/callback" },
      { url = "https://payments.example.com/dd_circuit_breaker/callback", on = ["alert", "alert_recovery"] },
    ]

    sns_topic = "dd-circuit-breaker"
    notify    = ["@slack-tech-channel"]
  })
}
