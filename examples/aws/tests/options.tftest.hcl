# Each option changes what it says, and nothing else is needed for it.

mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dd-circuit-breaker" }
  }
}

mock_provider "circuitbreaker" {}

variables {
  package          = "versions.tf" # Any file: nothing is uploaded.
  datadog_role_arn = "arn:aws:iam::123456789012:role/DatadogIntegrationRole"
  allowed_hosts    = ["*.example.com"]
  signing_keys     = "whsec_AAAA"
}

run "keys_from_a_secret" {
  variables {
    signing_keys = null
    signing_keys_secret = {
      arn                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:breakers-AbCdEf"
      extension_layer_arn = "arn:aws:lambda:eu-central-1:123456789012:layer:Extension-Arm64:24"
      kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/1"
    }
    layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:roots:1"]
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.dispatcher.environment[0].variables["CB_SIGNING_KEYS_FROM"]) == "secretsmanager:${var.signing_keys_secret.arn}" && !contains(keys(nonsensitive(aws_lambda_function.dispatcher.environment[0].variables)), "CB_SIGNING_KEYS")
    error_message = "The function is not told where its keys are, or has them twice."
  }

  assert {
    condition     = aws_lambda_function.dispatcher.layers == tolist([var.signing_keys_secret.extension_layer_arn, "arn:aws:lambda:eu-central-1:123456789012:layer:roots:1"])
    error_message = "The layer that reads secrets is missing."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.dispatcher.policy).Statement : statement.Sid => statement.Resource if endswith(statement.Sid, "SigningKeys") } == {
      ReadSigningKeys    = var.signing_keys_secret.arn
      DecryptSigningKeys = var.signing_keys_secret.kms_key_arn
    }
    error_message = "The role may read something else, or not the secret."
  }
}

run "inside_a_vpc" {
  variables {
    vpc         = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
    allow_cidrs = ["10.0.0.0/8", "fd00::/8"]
  }

  assert {
    condition     = aws_lambda_function.dispatcher.vpc_config[0].subnet_ids == toset(["subnet-1", "subnet-2"]) && aws_lambda_function.dispatcher.vpc_config[0].security_group_ids == toset(["sg-1"])
    error_message = "The function is not in the VPC."
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.dispatcher.environment[0].variables["CB_ALLOW_CIDRS"]) == "10.0.0.0/8,fd00::/8"
    error_message = "Private addresses would be refused."
  }

  assert {
    condition     = contains([for statement in jsondecode(aws_iam_role_policy.dispatcher.policy).Statement : statement.Sid], "JoinVpc")
    error_message = "Lambda could not make its network interfaces."
  }
}

run "a_key_of_ones_own" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/2"
  }

  assert {
    condition = toset([
      aws_sns_topic.alerts.kms_master_key_id, aws_sqs_queue.dead_letters.kms_master_key_id,
      aws_lambda_function.dispatcher.kms_key_arn, aws_cloudwatch_log_group.dispatcher.kms_key_id,
    ]) == toset([var.kms_key_arn])
    error_message = "Something is encrypted with another key."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.sqs_managed_sse_enabled == null
    error_message = "A queue has one kind of encryption."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.dispatcher.policy).Statement : statement.Resource if statement.Sid == "UseKey"]) == var.kms_key_arn
    error_message = "The role cannot use the key."
  }
}

run "a_private_root" {
  variables {
    extra_ca_path = "/var/task/ca.pem"
    allowed_paths = ["/dd_circuit_breaker/callback", "/hooks/breaker"]
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.dispatcher.environment[0].variables["CB_EXTRA_CA"]) == "/var/task/ca.pem"
    error_message = "The root is not trusted."
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.dispatcher.environment[0].variables["CB_ALLOWED_PATHS"]) == "/dd_circuit_breaker/callback,/hooks/breaker"
    error_message = "The paths are not told."
  }
}

run "delivery" {
  variables {
    maximum_retry_attempts = 0
    maximum_event_age      = 60
    reserved_concurrency   = -1
    architecture           = "x86_64"
    dry_run                = true
    test_notifications     = "ignore"
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.dispatcher.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.dispatcher.maximum_event_age_in_seconds == 60
    error_message = "Retries and age are not passed on."
  }

  assert {
    condition     = aws_lambda_function.dispatcher.reserved_concurrent_executions == -1 && aws_lambda_function.dispatcher.architectures == tolist(["x86_64"])
    error_message = "Concurrency or architecture is not passed on."
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.dispatcher.environment[0].variables["CB_DRY_RUN"]) == "1" && nonsensitive(aws_lambda_function.dispatcher.environment[0].variables["CB_TEST_NOTIFICATIONS"]) == "ignore"
    error_message = "The switches are not passed on."
  }
}

run "alarms_and_the_monitor_tell_somebody" {
  variables {
    name                = "Team-Breakers"
    alarm_actions       = ["arn:aws:sns:eu-central-1:123456789012:operations"]
    dead_letter_monitor = ["@slack-tech-channel"]
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.dispatcher : alarm.alarm_actions == toset(var.alarm_actions) && alarm.ok_actions == toset(var.alarm_actions)])
    error_message = "An alarm tells nobody."
  }

  assert {
    condition     = strcontains(circuitbreaker_monitor.dead_letters[0].query, "{queuename:team-breakers-dead-letters} > 0") && circuitbreaker_monitor.dead_letters[0].notify == toset(["@slack-tech-channel"])
    error_message = "The monitor watches another queue, or tells nobody."
  }
}
