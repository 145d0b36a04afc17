"""A service whose circuit breakers are opened and closed by Datadog monitors. `python -m service` starts it."""
