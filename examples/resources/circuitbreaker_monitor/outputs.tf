output "rendered_message" {
  value = circuitbreaker_monitor.bank_errors.rendered_message
}
