terraform {
  required_version = ">= 1.8"

  required_providers {
    circuitbreaker = {
      source = "circuitbreaker/circuitbreaker"
    }
  }
}
