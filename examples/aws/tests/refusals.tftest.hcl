# What cannot work is refused before anything is made.

mock_provider "aws" {}
mock_provider "circuitbreaker" {}

variables {
  package          = "versions.tf" # Any file: nothing is uploaded.
  datadog_role_arn = "arn:aws:iam::123456789012:role/DatadogIntegrationRole"
  allowed_hosts    = ["*.example.com"]
  signing_keys     = "whsec_AAAA"
}

run "a_vpc_without_a_network" {
  command = plan
  variables {
    vpc = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }
  expect_failures = [var.vpc]
}

run "a_vpc_without_a_subnet" {
  command = plan
  variables {
    vpc         = { subnet_ids = [], security_group_ids = ["sg-1"] }
    allow_cidrs = ["10.0.0.0/8"]
  }
  expect_failures = [var.vpc]
}

run "three_retries" {
  command = plan
  variables {
    maximum_retry_attempts = 3
  }
  expect_failures = [var.maximum_retry_attempts]
}

run "half_a_retry" {
  command = plan
  variables {
    maximum_retry_attempts = 0.5
  }
  expect_failures = [var.maximum_retry_attempts]
}

run "too_young_to_die" {
  command = plan
  variables {
    maximum_event_age = 59
  }
  expect_failures = [var.maximum_event_age]
}

run "seven_hours" {
  command = plan
  variables {
    maximum_event_age = 25200
  }
  expect_failures = [var.maximum_event_age]
}

run "any_host" {
  command = plan
  variables {
    allowed_hosts = ["*"]
  }
  expect_failures = [var.allowed_hosts]
}

run "no_host" {
  command = plan
  variables {
    allowed_hosts = []
  }
  expect_failures = [var.allowed_hosts]
}

run "an_address_is_no_network" {
  command = plan
  variables {
    allow_cidrs = ["10.0.0.1"]
  }
  expect_failures = [var.allow_cidrs]
}

run "anybody_publishes" {
  command = plan
  variables {
    datadog_role_arn = "*"
  }
  expect_failures = [var.datadog_role_arn]
}

run "no_key" {
  command = plan
  variables {
    signing_keys = null
  }
  expect_failures = [var.signing_keys]
}

run "keys_from_two_places" {
  command = plan
  variables {
    signing_keys_secret = {
      arn                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:breakers-AbCdEf"
      extension_layer_arn = "arn:aws:lambda:eu-central-1:123456789012:layer:Extension-Arm64:24"
    }
  }
  expect_failures = [var.signing_keys]
}

run "a_secret_without_its_layer" {
  command = plan
  variables {
    signing_keys = null
    signing_keys_secret = {
      arn                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:breakers-AbCdEf"
      extension_layer_arn = ""
    }
  }
  expect_failures = [var.signing_keys_secret]
}

run "stopped_by_concurrency" {
  command = plan
  variables {
    reserved_concurrency = 0
  }
  expect_failures = [var.reserved_concurrency]
}

run "a_root_that_the_function_cannot_see" {
  command = plan
  variables {
    extra_ca_path = "ca.pem"
  }
  expect_failures = [var.extra_ca_path]
}

run "no_time_for_a_callback" {
  command = plan
  variables {
    timeout = 5
  }
  expect_failures = [var.timeout]
}

run "a_strange_architecture" {
  command = plan
  variables {
    architecture = "riscv64"
  }
  expect_failures = [var.architecture]
}

run "a_name_with_a_dot" {
  command = plan
  variables {
    name = "a.b"
  }
  expect_failures = [var.name]
}

run "drop_tests" {
  command = plan
  variables {
    test_notifications = "drop"
  }
  expect_failures = [var.test_notifications]
}

run "a_handle_without_its_sign" {
  command = plan
  variables {
    dead_letter_monitor = ["slack-tech-channel"]
  }
  expect_failures = [var.dead_letter_monitor]
}

run "the_monitor_feeds_its_own_topic" {
  command = plan
  variables {
    dead_letter_monitor = ["@sns-dd-circuit-breaker"]
  }
  expect_failures = [var.dead_letter_monitor]
}
