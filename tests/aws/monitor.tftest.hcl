# The monitor on the dead letter queue with the real provider, against the sandbox's Datadog: the stage aws-module puts this
# file beside the module's own tests.

mock_provider "aws" {}

provider "circuitbreaker" {}

variables {
  package             = "versions.tf"
  datadog_role_arn    = "arn:aws:iam::123456789012:role/DatadogIntegrationRole"
  allowed_hosts       = ["*.example.com"]
  signing_keys        = "whsec_AAAA"
  dead_letter_monitor = ["@slack-tech-channel"]
}

run "datadog_takes_the_monitor" {
  assert {
    condition     = endswith(circuitbreaker_monitor.dead_letters[0].rendered_message, "@slack-tech-channel")
    error_message = "The monitor tells nobody."
  }

  assert {
    condition     = can(tonumber(circuitbreaker_monitor.dead_letters[0].id)) && !strcontains(circuitbreaker_monitor.dead_letters[0].rendered_message, "@sns-")
    error_message = "The monitor is not there, or notifies the topic that it watches."
  }
}
