# Datadog watches the queue too: who reads Slack need not read CloudWatch.

resource "circuitbreaker_monitor" "dead_letters" {
  count = length(var.dead_letter_monitor) > 0 ? 1 : 0

  name = "Circuit breaker callbacks are not delivered (${var.name})"
  type = "metric alert"

  # Datadog writes the names of queues in lower case.
  query = "max(last_5m):max:aws.sqs.approximate_number_of_messages_visible{queuename:${lower(aws_sqs_queue.dead_letters.name)}} > 0"

  monitor_thresholds {
    critical = 0
  }

  message = <<-EOT
    {{#is_alert}}
    {{value}} notifications for circuit breakers were given up: some breaker may not stand as its monitor does.
    Find the cause in the log group ${aws_cloudwatch_log_group.dispatcher.name}, then send them again with `cb-dispatch replay`.
    {{/is_alert}}
    {{#is_recovery}}
    The dead letter queue is empty again.
    {{/is_recovery}}
  EOT

  notify = var.dead_letter_monitor
  tags   = ["managed_by:terraform", "circuit_breaker_dispatcher:${var.name}"]
}
