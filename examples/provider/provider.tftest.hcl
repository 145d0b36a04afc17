# Keys come from DD_API_KEY and DD_APP_KEY. A plan sends nothing that lasts.

run "the_provider_says_whom_to_notify_and_which_tags_to_add" {
  command = plan

  assert {
    condition     = endswith(circuitbreaker_monitor.bank_errors.rendered_message, "\n@slack-tech-channel @sns-dd-circuit-breaker")
    error_message = "the topic and the handles must be the provider's"
  }

  assert {
    condition     = contains(circuitbreaker_monitor.bank_errors.effective_tags, "team:payments")
    error_message = "the provider's default tags must be added"
  }
}
