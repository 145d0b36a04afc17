# What stands with the least that must be said: the way of a message, and who may do what.

mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:dd-circuit-breaker" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:dd-circuit-breaker-dead-letters" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:dd-circuit-breaker" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dd-circuit-breaker" }
  }
}

mock_provider "circuitbreaker" {}

variables {
  package          = "versions.tf" # Any file: nothing is uploaded.
  datadog_role_arn = "arn:aws:iam::123456789012:role/DatadogIntegrationRole"
  allowed_hosts    = ["funds.example.com", "*.internal.example.com"]
  signing_keys     = "whsec_AAAA"
}

run "only_datadog_publishes" {
  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : statement.Principal if statement.Effect == "Allow"] == [
      { AWS = "arn:aws:iam::123456789012:role/DatadogIntegrationRole" }
    ]
    error_message = "Somebody besides Datadog's role may publish."
  }

  assert {
    condition = anytrue([for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement :
      statement.Effect == "Deny" && try(statement.Condition.ArnNotEquals["aws:PrincipalArn"], "") == "arn:aws:iam::123456789012:role/DatadogIntegrationRole"
    ])
    error_message = "An identity policy could let others publish."
  }
}

run "the_topic_invokes_the_function" {
  assert {
    condition     = aws_lambda_permission.topic.source_arn == aws_sns_topic.alerts.arn && aws_lambda_permission.topic.principal == "sns.amazonaws.com"
    error_message = "Another topic could invoke the function."
  }

  assert {
    condition     = aws_sns_topic_subscription.dispatcher.protocol == "lambda" && aws_sns_topic_subscription.dispatcher.endpoint == aws_lambda_function.dispatcher.arn
    error_message = "The topic does not lead to the function."
  }
}

run "both_ways_to_fail_end_in_the_queue" {
  assert {
    condition     = aws_lambda_function.dispatcher.dead_letter_config[0].target_arn == aws_sqs_queue.dead_letters.arn
    error_message = "What Lambda gives up is lost."
  }

  assert {
    condition     = jsondecode(aws_sns_topic_subscription.dispatcher.redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead_letters.arn
    error_message = "What SNS gives up is lost."
  }

  assert {
    condition = [for statement in jsondecode(aws_sqs_queue_policy.dead_letters.policy).Statement : [statement.Principal.Service, statement.Condition.ArnEquals["aws:SourceArn"]] if statement.Effect == "Allow"] == [
      ["sns.amazonaws.com", aws_sns_topic.alerts.arn]
    ]
    error_message = "The topic alone may leave dead letters through the queue's policy."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.dispatcher.maximum_retry_attempts == 2 && aws_lambda_function_event_invoke_config.dispatcher.maximum_event_age_in_seconds == 3600
    error_message = "Two retries within an hour are the default."
  }
}

run "the_role_is_least" {
  assert {
    condition     = flatten([for statement in jsondecode(aws_iam_role_policy.dispatcher.policy).Statement : statement.Action if statement.Resource == "*"]) == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    error_message = "Something besides tracing is allowed everywhere."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.dispatcher.policy).Statement : statement.Sid] == ["Log", "LeaveDeadLetter", "Trace"]
    error_message = "Without options the role needs three permissions."
  }
}

run "the_function_is_told_little" {
  assert {
    condition = nonsensitive(aws_lambda_function.dispatcher.environment[0].variables) == tomap({
      CB_ALLOWED_HOSTS      = "funds.example.com,*.internal.example.com"
      CB_SIGNING_KEYS       = "whsec_AAAA"
      CB_TEST_NOTIFICATIONS = "forward"
    })
    error_message = "A switch is on that nobody turned on."
  }

  assert {
    condition     = aws_lambda_function.dispatcher.architectures == tolist(["arm64"]) && aws_lambda_function.dispatcher.runtime == "provided.al2023" && length(aws_lambda_function.dispatcher.vpc_config) == 0
    error_message = "The default is arm64, outside any VPC."
  }

  assert {
    condition     = aws_lambda_function.dispatcher.logging_config[0].log_group == aws_cloudwatch_log_group.dispatcher.name && aws_cloudwatch_log_group.dispatcher.retention_in_days == 365
    error_message = "The log must go to the group whose retention is set."
  }
}

run "somebody_hears_of_it" {
  assert {
    condition = toset([for alarm in aws_cloudwatch_metric_alarm.dispatcher : alarm.metric_name]) == toset([
      "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "Errors", "Throttles", "AsyncEventsDropped",
      "DeadLetterErrors", "NumberOfNotificationsFailedToRedriveToDlq", "Rejected",
    ])
    error_message = "A way to fail raises no alarm."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.dispatcher : alarm.treat_missing_data == "notBreaching" && length(alarm.dimensions) == 1])
    error_message = "An alarm watches nothing, or goes off in silence."
  }

  assert {
    condition     = length(circuitbreaker_monitor.dead_letters) == 0
    error_message = "Nobody asked for a monitor."
  }
}

run "at_rest_all_is_encrypted" {
  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == "alias/aws/sns" && aws_sqs_queue.dead_letters.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.kms_master_key_id == null
    error_message = "Without a key of one's own, AWS's are used."
  }
}
