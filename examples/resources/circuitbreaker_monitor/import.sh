# A monitor is imported by its id. Its message is read back into `message`, `callback`, `sns_topic` and `notify`.
terraform import circuitbreaker_monitor.bank_errors 1234567
