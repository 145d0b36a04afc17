locals {
  message = provider::circuitbreaker::render_message({
    message   = "Transfers to bank {{bank_code.name}} {{#is_alert}}fail{{/is_alert}}{{#is_alert_recovery}}work again{{/is_alert_recovery}}."
    callback  = [{ url = "https://funds.example.com/dd_circuit_breaker/callback", on = ["alert", "alert_recovery"] }]
    sns_topic = "dd-circuit-breaker"
  })
}

# What the SNS topic will carry when the monitor of this bank alerts, and what else may happen to it.
output "alert" {
  value = provider::circuitbreaker::preview_message(local.message, "alert", { "bank_code.name" = "0001" })
}

output "warning" {
  value = provider::circuitbreaker::preview_message(local.message, "warning", { "bank_code.name" = "0001" })
}
