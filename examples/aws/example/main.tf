# The smallest root that uses the module. Where the project's release is used, write its address as `source`.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
    circuitbreaker = {
      source = "circuitbreaker/circuitbreaker"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

# Keys come from DD_API_KEY and DD_APP_KEY.
provider "circuitbreaker" {}

variable "package" {
  description = "The `bootstrap.zip` that `make lambda` builds."
  type        = string
  default     = "bootstrap.zip"
}

module "dispatcher" {
  source = "../"

  package          = var.package
  datadog_role_arn = "arn:aws:iam::123456789012:role/DatadogIntegrationRole"
  allowed_hosts    = ["*.example.com"]

  signing_keys_secret = {
    arn                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:breakers-AbCdEf"
    extension_layer_arn = "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:24"
  }

  alarm_actions       = ["arn:aws:sns:eu-central-1:123456789012:operations"]
  dead_letter_monitor = ["@slack-tech-channel"]
}

output "sns_topic" {
  description = "Monitors notify `@sns-` and this name."
  value       = module.dispatcher.sns_topic
}
