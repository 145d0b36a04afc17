# Each alarm is a row: it goes off when the figure of one period exceeds the limit.

locals {
  on_queue    = { QueueName = aws_sqs_queue.dead_letters.name }
  on_function = { FunctionName = aws_lambda_function.dispatcher.function_name }
  on_topic    = { TopicName = aws_sns_topic.alerts.name }

  alarms = {
    dead-letters    = { namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", of = local.on_queue, statistic = "Maximum", limit = 0, about = "Messages were given up. Find the cause in the log, then `cb-dispatch replay`." }
    dead-letter-age = { namespace = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", of = local.on_queue, statistic = "Maximum", limit = var.dead_letter_age_alarm, about = "A dead letter waits for somebody; after 14 days it is gone." }
    errors          = { namespace = "AWS/Lambda", metric = "Errors", of = local.on_function, statistic = "Sum", limit = 0, about = "Invocations failed; Lambda tries them again." }
    throttles       = { namespace = "AWS/Lambda", metric = "Throttles", of = local.on_function, statistic = "Sum", limit = 0, about = "Invocations wait for a free copy: raise `reserved_concurrency`." }
    dropped         = { namespace = "AWS/Lambda", metric = "AsyncEventsDropped", of = local.on_function, statistic = "Sum", limit = 0, about = "Lambda gave up messages, by age or after the last retry." }
    lost-by-lambda  = { namespace = "AWS/Lambda", metric = "DeadLetterErrors", of = local.on_function, statistic = "Sum", limit = 0, about = "A message is lost: Lambda could not write to the dead letter queue." }
    lost-by-topic   = { namespace = "AWS/SNS", metric = "NumberOfNotificationsFailedToRedriveToDlq", of = local.on_topic, statistic = "Sum", limit = 0, about = "A message is lost: SNS could not write to the dead letter queue." }
    rejected        = { namespace = "CircuitBreaker/Dispatcher", metric = "Rejected", of = local.on_function, statistic = "Sum", limit = 0, about = "A monitor names a URL that is not allowed: somebody forgot `allowed_hosts`, or tries something." }
  }
}

resource "aws_cloudwatch_metric_alarm" "dispatcher" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.of
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.limit
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
