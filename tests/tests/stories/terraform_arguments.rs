//! A body pasted from `datadog_monitor`, with every argument there is: made, read back without a difference,
//! and changed. The API server is the sandbox.

use anyhow::Context;
use serde_json::{Value, json};
use tests::chain::{Chain, Store};
use tests::terraform::Terraform;

/// Each argument stands in one of these, as `datadog_monitor` writes it.
const BODIES: &str = r#"
terraform {
  required_providers {
    circuitbreaker = { source = "circuitbreaker/circuitbreaker" }
  }
}
variable "timeout_h" { default = 1 }
resource "circuitbreaker_monitor" "metric" {
  name               = "Name for monitor foo"
  type               = "metric alert"
  message            = "Monitor triggered. Notify: @hipchat-channel\n"
  escalation_message = <<-TEXT
    Escalation message @pagerduty
  TEXT
  query = "avg(last_1h):avg:aws.ec2.cpu{environment:foo,host:foo} by {host} > 4"
  monitor_thresholds {
    warning           = 2
    warning_recovery  = 1
    critical          = "4.0"
    critical_recovery = 3
  }
  priority                 = 3
  notify_no_data           = true
  no_data_timeframe        = 20
  renotify_interval        = 60
  renotify_occurrences     = 2
  renotify_statuses        = ["warn", "alert"]
  evaluation_delay         = 700
  new_group_delay          = 500
  require_full_window      = true
  include_tags             = true
  timeout_h                = var.timeout_h
  notify_audit             = false
  notify_by                = ["host"]
  notification_preset_name = "hide_query"
  draft_status             = "published"
  restricted_roles         = []
  force_delete             = true
  tags                     = ["foo:bar", "baz"]
  scheduling_options {
    custom_schedule {
      recurrence {
        rrule    = "FREQ=DAILY;INTERVAL=1"
        timezone = "America/New_York"
        start    = "2030-11-10T12:31:00"
      }
    }
  }
  assets {
    name          = "Runbook"
    url           = "/notebook/1234"
    category      = "runbook"
    resource_key  = "1234"
    resource_type = "notebook"
  }
}
resource "circuitbreaker_monitor" "anomaly" {
  name           = "anomaly"
  type           = "query alert"
  message        = "m"
  query          = "avg(last_4h):anomalies(avg:system.load.1{*} by {host}, 'agile', 3) >= 1"
  new_host_delay = 0
  monitor_threshold_windows {
    trigger_window  = "last_15m"
    recovery_window = "last_15m"
  }
  scheduling_options {
    evaluation_window {
      day_starts   = "04:00"
      month_starts = 1
    }
  }
}
resource "circuitbreaker_monitor" "logs" {
  name                     = "logs"
  type                     = "log alert"
  message                  = "m"
  query                    = "logs(\"service:foo\").index(\"main\").rollup(\"count\").by(\"source,status\").last(\"5m\") > 2"
  on_missing_data          = "show_no_data"
  enable_logs_sample       = true
  enable_samples           = false
  groupby_simple_monitor   = false
  group_retention_duration = "2d"
  validate                 = true
}
resource "circuitbreaker_monitor" "formula" {
  name    = "formula"
  type    = "rum alert"
  message = "m"
  query   = "formula(\"a + b\").last(\"5m\") > 100"
  variables {
    event_query {
      name        = "a"
      data_source = "rum"
      indexes     = ["*"]
      search { query = "@browser.name:Firefox" }
      compute {
        aggregation = "pc95"
        metric      = "@duration"
      }
      group_by {
        facet = "@bank"
        limit = 10
        sort {
          aggregation = "count"
          order       = "desc"
        }
      }
    }
    cloud_cost_query {
      name        = "b"
      data_source = "cloud_cost"
      query       = "sum:aws.cost.amortized{*} by {account}"
      aggregator  = "sum"
    }
  }
}
output "ids" {
  value = join(" ", [for m in [
    circuitbreaker_monitor.metric, circuitbreaker_monitor.anomaly,
    circuitbreaker_monitor.logs, circuitbreaker_monitor.formula,
  ] : m.id])
}
"#;

/// What only `metric` holds in Datadog, in the words of the API.
fn metric_options() -> Value {
    json!({
        "escalation_message": "Escalation message @pagerduty",
        "thresholds": {"critical": 4.0, "critical_recovery": 3.0, "warning": 2.0, "warning_recovery": 1.0},
        "no_data_timeframe": 20,
        "renotify_statuses": ["alert", "warn"],
        "scheduling_options": {"custom_schedule": {"recurrences": [
            {"rrule": "FREQ=DAILY;INTERVAL=1", "timezone": "America/New_York", "start": "2030-11-10T12:31:00"},
        ]}},
    })
}

#[test]
fn a_pasted_body_of_any_argument_is_made_and_reads_back_without_a_difference() -> anyhow::Result<()>
{
    let chain = Chain::start(Store::Memory)?;
    let mut terraform = Terraform::from_text(BODIES)?;
    chain.point(&mut terraform);
    terraform.apply()?;
    let again = terraform.plan()?;
    assert_eq!(again.code, 0, "{}", again.text);

    let ids = terraform.output("ids")?;
    let ids: Vec<&str> = ids.split(' ').collect();
    let metric = chain.sandbox.monitor(ids[0])?;
    let expected = metric_options();
    for (name, value) in expected.as_object().context("an object")? {
        assert_eq!(&metric["options"][name], value, "{name}");
    }
    // Thresholds that are left out are those of the queries.
    for (id, critical) in [(ids[1], 1.0), (ids[2], 2.0), (ids[3], 100.0)] {
        let held = chain.sandbox.monitor(id)?;
        assert_eq!(
            held["options"]["thresholds"]["critical"].as_f64(),
            Some(critical),
            "{held}"
        );
    }

    let changed = terraform.run(&["apply", "-input=false", "-auto-approve", "-var=timeout_h=2"])?;
    assert!(changed.text.contains("1 changed"), "{}", changed.text);
    let metric = chain.sandbox.monitor(ids[0])?;
    assert_eq!(metric["options"]["timeout_h"], 2);
    assert_eq!(
        metric["options"]["scheduling_options"],
        expected["scheduling_options"]
    );
    Ok(())
}
