variable "callback_url" {
  description = "Where the target service takes callbacks; the dispatcher must be allowed to call this host."
  type        = string
  default     = "https://funds.example.com/dd_circuit_breaker/callback"
}

variable "sns_topic" {
  description = "Name of the SNS topic that feeds the dispatcher, as in `@sns-NAME`."
  type        = string
  default     = "dd-circuit-breaker"
}

variable "api_url" {
  description = "Datadog API to use instead of the one of DD_SITE, for example a sandbox on this machine."
  type        = string
  default     = null
}

variable "allow_insecure_callbacks" {
  description = "Allow http://localhost callbacks. For a laptop only."
  type        = bool
  default     = false
}
