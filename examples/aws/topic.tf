# The topic that monitors notify as `@sns-NAME`, and its way into the function.

resource "aws_sns_topic" "alerts" {
  name              = var.name
  kms_master_key_id = coalesce(var.kms_key_arn, "alias/aws/sns")
  tags              = var.tags
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn

  # It replaces the policy that SNS makes, which lets the whole account publish.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DatadogPublishes"
        Effect    = "Allow"
        Principal = { AWS = var.datadog_role_arn }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alerts.arn
      },
      # An identity's own policy can allow what this one does not name: only a refusal keeps others of the account out.
      {
        Sid       = "NobodyElsePublishes"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alerts.arn
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.datadog_role_arn } }
      },
      {
        Sid       = "OnlyByTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alerts.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "dispatcher" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.dispatcher.arn

  # What SNS cannot hand to Lambda at all, after its own retries.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })

  # A subscription whose first message comes before these would lose it.
  depends_on = [aws_lambda_permission.topic, aws_sqs_queue_policy.dead_letters]
}

resource "aws_lambda_permission" "topic" {
  statement_id  = "TopicInvokes"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.dispatcher.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.alerts.arn
}
