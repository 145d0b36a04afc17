locals {
  by_hand = <<-EOT
    {{#is_alert}}
    circuit-breaker-callback: https://funds.example.com/dd_circuit_breaker/callback
    {{/is_alert}}
    Transfers to bank {{bank_code.name}} fail.
    @slack-tech-channel @sns-dd-circuit-breaker
  EOT
}

# Which URLs does a message call, and when?
output "callbacks" {
  value = {
    for callback in provider::circuitbreaker::parse_message(local.by_hand).callback :
    callback.url => callback.on
  }
}
