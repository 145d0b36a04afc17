output "monitor_id" {
  description = "Id of the monitor in Datadog."
  value       = circuitbreaker_monitor.bank_errors.id
}

output "rendered_message" {
  description = "The message as Datadog has it."
  value       = circuitbreaker_monitor.bank_errors.rendered_message
}
