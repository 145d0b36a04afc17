output "topic_arn" {
  description = "ARN of the topic. Add it to Datadog's Amazon SNS integration if it does not find topics by itself."
  value       = aws_sns_topic.alerts.arn
}

output "sns_topic" {
  description = "For the provider's `sns_topic`: monitors then notify `@sns-NAME`."
  value       = aws_sns_topic.alerts.name
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.dispatcher.function_name
}

output "dead_letter_queue_url" {
  description = "URL of the dead letter queue, for `aws sqs receive-message`."
  value       = aws_sqs_queue.dead_letters.url
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.dispatcher.name
}
