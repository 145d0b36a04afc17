terraform {
  required_providers {
    circuitbreaker = {
      source = "circuitbreaker/circuitbreaker"
    }
  }
}

# Keys come from DD_API_KEY and DD_APP_KEY, the site from DD_SITE.
provider "circuitbreaker" {
  sns_topic = "dd-circuit-breaker"
  notify    = ["@slack-tech-channel"]

  # Every callback must go to one of these hosts; a typo or a stray URL then fails at plan.
  allowed_callback_hosts = ["funds.example.com", "payments.example.com"]

  default_tags {
    tags = {
      team = "payments"
    }
  }
}
