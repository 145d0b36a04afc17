# The dispatcher. A new breaker changes nothing here: hosts are allowed once, callbacks stand in the monitors.

locals {
  # The settings of the dispatcher; what is null is left out.
  environment = {
    CB_ALLOWED_HOSTS      = join(",", var.allowed_hosts)
    CB_ALLOWED_PATHS      = length(var.allowed_paths) > 0 ? join(",", var.allowed_paths) : null
    CB_ALLOW_CIDRS        = length(var.allow_cidrs) > 0 ? join(",", var.allow_cidrs) : null
    CB_EXTRA_CA           = var.extra_ca_path
    CB_SIGNING_KEYS       = var.signing_keys
    CB_SIGNING_KEYS_FROM  = one([for secret in var.signing_keys_secret[*] : "secretsmanager:${secret.arn}"])
    CB_TEST_NOTIFICATIONS = var.test_notifications
    CB_DRY_RUN            = var.dry_run ? "1" : null
  }
}

resource "aws_lambda_function" "dispatcher" {
  # checkov:skip=CKV_AWS_117: a VPC is the user's choice, by `vpc`; without one only public addresses can be called.
  # checkov:skip=CKV_AWS_173: with AWS's own key unless `kms_key_arn` is given; keys belong in `signing_keys_secret`.
  # checkov:skip=CKV_AWS_272: code signing wants a signing profile and a bucket of the account; it can be put around this module.
  function_name    = var.name
  description      = "Calls the circuit breaker callbacks of Datadog's monitors"
  role             = aws_iam_role.dispatcher.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = var.memory_size
  timeout          = var.timeout
  layers           = concat(var.signing_keys_secret[*].extension_layer_arn, var.layers)
  kms_key_arn      = var.kms_key_arn
  tags             = var.tags

  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = { for name, value in local.environment : name => value if value != null }
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  logging_config {
    log_format = "Text" # The dispatcher writes JSON lines itself; Lambda must not wrap them.
    log_group  = aws_cloudwatch_log_group.dispatcher.name
  }

  tracing_config {
    mode = "Active"
  }

  dynamic "vpc_config" {
    for_each = var.vpc[*]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  # Lambda refuses a dead letter queue that the role cannot write to.
  depends_on = [aws_iam_role_policy.dispatcher]
}

resource "aws_lambda_function_event_invoke_config" "dispatcher" {
  function_name                = aws_lambda_function.dispatcher.function_name
  maximum_retry_attempts       = var.maximum_retry_attempts
  maximum_event_age_in_seconds = var.maximum_event_age
}

resource "aws_cloudwatch_log_group" "dispatcher" {
  # checkov:skip=CKV_AWS_158: encrypted with CloudWatch's own key unless `kms_key_arn` is given; no line holds a secret.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
