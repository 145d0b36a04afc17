# By what it is for: exactly one monitor may match. Another team's monitor can be looked up in the same way, or by `id`.
data "circuitbreaker_monitor" "bank_errors" {
  monitor_tags_filter = ["service:funds", "circuit_breaker:bank"]
}

output "callbacks" {
  value = data.circuitbreaker_monitor.bank_errors.callback[*].url
}
