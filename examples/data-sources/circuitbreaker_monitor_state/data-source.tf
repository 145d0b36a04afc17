variable "monitor_id" {
  description = "Id of the monitor in Datadog."
  type        = string
}

data "circuitbreaker_monitor_state" "bank_errors" {
  monitor_id = var.monitor_id
}

# The banks that fail right now.
output "failing" {
  value = [for group in data.circuitbreaker_monitor_state.bank_errors.groups : group.name if group.status == "Alert"]
}
