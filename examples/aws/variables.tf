variable "name" {
  description = "Name of the topic, and the beginning of every other name. Monitors notify `@sns-NAME`."
  type        = string
  default     = "dd-circuit-breaker"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,48}$", var.name))
    error_message = "A name is 1 to 48 letters, digits, `-` or `_`: it becomes the name of a topic, a queue, a role and a function."
  }
}

variable "datadog_role_arn" {
  description = "The role in this account that Datadog's AWS integration assumes. It alone may publish."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", var.datadog_role_arn))
    error_message = "Give the ARN of one role, as `arn:aws:iam::123456789012:role/DatadogIntegrationRole`."
  }
}

variable "allowed_hosts" {
  description = "The hosts that may be called: names, or `*.example.com`. A callback to any other is rejected."
  type        = list(string)

  validation {
    condition     = length(var.allowed_hosts) > 0 && !contains(var.allowed_hosts, "*")
    error_message = "Name at least one host, and not `*`: a message from Datadog must not choose where this function connects to."
  }
}

variable "allowed_paths" {
  description = "The paths that may be called. Empty: `/dd_circuit_breaker/callback` alone."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "allow_cidrs" {
  description = "Private networks that may be called, as `10.0.0.0/8`. Empty: public addresses alone."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allow_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Each is a network, as `10.0.0.0/8`."
  }
}

variable "signing_keys" {
  description = "The keys that sign callbacks, `whsec_…`, two while rotating. They stand in Terraform's state and in the function's environment: prefer `signing_keys_secret`."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = (var.signing_keys == null) != (var.signing_keys_secret == null)
    error_message = "Give either `signing_keys` or `signing_keys_secret`: without a key nothing can be signed."
  }
}

variable "signing_keys_secret" {
  description = "A secret of AWS Secrets Manager that holds the keys, and the ARN of the layer \"AWS Parameters and Secrets Lambda Extension\" for this region and architecture, through which the function reads it at its start. `kms_key_arn` if the secret has a key of its own."
  type = object({
    arn                 = string
    extension_layer_arn = string
    kms_key_arn         = optional(string)
  })
  default = null

  validation {
    condition     = var.signing_keys_secret == null || can(regex("^arn:aws[a-z-]*:secretsmanager:.+:secret:.+$", var.signing_keys_secret.arn))
    error_message = "`arn` is that of a secret, as `arn:aws:secretsmanager:eu-central-1:123456789012:secret:breakers-AbCdEf`."
  }

  validation {
    condition     = var.signing_keys_secret == null || can(regex("^arn:aws[a-z-]*:lambda:.+:layer:.+:[0-9]+$", var.signing_keys_secret.extension_layer_arn))
    error_message = "`extension_layer_arn` is that of a layer's version, as `arn:aws:lambda:REGION:ACCOUNT:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:24`."
  }
}

variable "test_notifications" {
  description = "What becomes of notifications that somebody sends from Datadog's \"Test notifications\": `forward` (marked as tests) or `ignore`."
  type        = string
  default     = "forward"

  validation {
    condition     = contains(["forward", "ignore"], var.test_notifications)
    error_message = "Write `forward` or `ignore`."
  }
}

variable "dry_run" {
  description = "Log what would be called, and call nothing."
  type        = bool
  default     = false
}

variable "package" {
  description = "The `bootstrap.zip` that `make lambda` builds."
  type        = string
}

variable "architecture" {
  description = "What `package` was built for: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Write `arm64` or `x86_64`."
  }
}

variable "memory_size" {
  description = "The function's memory in MB. It needs a tenth of the least that Lambda sells; more memory buys a faster CPU."
  type        = number
  default     = 128
}

variable "timeout" {
  description = "How long one invocation may take, in seconds. A callback has 5, and one quick retry."
  type        = number
  default     = 15

  validation {
    condition     = var.timeout >= 6 && var.timeout <= 900
    error_message = "From 6 to 900 seconds: a callback alone may take 5."
  }
}

variable "reserved_concurrency" {
  description = "How many copies may run at once. It is taken from the account's pool; -1 takes none."
  type        = number
  default     = 10

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "At least 1, or -1 for no reservation; 0 would stop every callback."
  }
}

variable "maximum_retry_attempts" {
  description = "How often Lambda tries again after an error (after about 1 and 2 minutes) before the message goes to the dead letter queue."
  type        = number
  default     = 2

  validation {
    condition     = contains([0, 1, 2], var.maximum_retry_attempts)
    error_message = "Lambda takes 0, 1 or 2."
  }
}

variable "maximum_event_age" {
  description = "How old a message may become before Lambda gives it up, in seconds."
  type        = number
  default     = 3600

  validation {
    condition     = var.maximum_event_age >= 60 && var.maximum_event_age <= 21600
    error_message = "From 60 seconds to 21600 (6 hours)."
  }
}

variable "vpc" {
  description = "Subnets and security groups, when the services can be reached from a VPC alone. Needs `allow_cidrs`, and for `signing_keys_secret` a way to Secrets Manager (an endpoint or a NAT gateway)."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null

  validation {
    condition     = var.vpc == null || length(var.allow_cidrs) > 0
    error_message = "In a VPC the services have private addresses, which are refused unless `allow_cidrs` names their networks."
  }

  validation {
    condition     = var.vpc == null || try(length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0, false)
    error_message = "Give at least one subnet and one security group."
  }
}

variable "extra_ca_path" {
  description = "A PEM file with private roots, as the function sees it: `/var/task/ca.pem` when `EXTRA_CA=ca.pem make lambda` packed it, `/opt/…` when a layer brings it."
  type        = string
  default     = null

  validation {
    condition     = var.extra_ca_path == null || can(regex("^/(var/task|opt)/.+$", var.extra_ca_path))
    error_message = "A path below `/var/task/` (the package) or `/opt/` (a layer)."
  }
}

variable "layers" {
  description = "ARNs of further layers, for example one that brings private roots."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = "A key of your own for topic, queue, log and environment. Its policy must let SNS, CloudWatch Logs and Datadog's role use it. Without it AWS's own keys are used."
  type        = string
  default     = null
}

variable "log_retention_in_days" {
  description = "How long the log is kept."
  type        = number
  default     = 365
}

variable "alarm_actions" {
  description = "What an alarm notifies when it goes off and when it ends, for example the ARN of an operations topic."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "dead_letter_age_alarm" {
  description = "The age in seconds at which the oldest dead letter raises an alarm of its own."
  type        = number
  default     = 3600
}

variable "dead_letter_monitor" {
  description = "Handles that a Datadog monitor on the dead letter queue notifies, as `[\"@slack-tech-channel\"]`. Empty: no monitor. Datadog must collect the metrics of SQS."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for handle in var.dead_letter_monitor : startswith(handle, "@")])
    error_message = "A handle begins with `@`, as `@slack-tech-channel`."
  }

  validation {
    condition     = !contains(var.dead_letter_monitor, "@sns-${var.name}")
    error_message = "This monitor must not notify the topic whose messages it counts."
  }
}

variable "tags" {
  description = "Tags of every AWS resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
