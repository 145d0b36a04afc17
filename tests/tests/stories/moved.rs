//! A `moved` block from the `datadog` provider's monitors, as its state files hold them.

use serde_json::{Value, json};
use tests::sandbox::Sandbox;
use tests::terraform::{Plugin, Terraform};
use tests::tools;

const URL: &str = "https://funds.example.com/dd_circuit_breaker/callback";
const QUERY: &str = "sum(last_5m):sum:funds.errors{*} by {bank_code}.as_count() / sum:funds.requests{*} by {bank_code}.as_count() > 0.5";

fn message() -> String {
    let line = format!("circuit-breaker-callback: {URL}");
    format!(
        "{{{{#is_alert}}}}\n{line}\n{{{{/is_alert}}}}\n\n{{{{#is_alert_recovery}}}}\n{line}\n{{{{/is_alert_recovery}}}}\n\n\
         The bank fails.\n@slack-tech-channel @sns-dd-circuit-breaker"
    )
}

/// What the old provider had sent.
fn sent() -> Value {
    json!({
        "name": "bank errors", "type": "query alert", "query": QUERY, "message": message(), "priority": 2,
        "tags": ["circuit_breaker:bank", "service:funds"],
        "options": {
            "thresholds": {"critical": 0.5, "critical_recovery": 0.2, "warning": 0.4}, "renotify_interval": 60,
            "notify_no_data": false, "notify_audit": false, "include_tags": true, "new_host_delay": 300,
            "require_full_window": true, "timeout_h": 0, "evaluation_delay": 0,
        },
    })
}

/// How the old provider keeps it: every argument, with empty texts, zeroes and defaults for what was not written.
fn block_state(id: &str) -> Value {
    json!({
        "id": id, "name": "bank errors", "type": "query alert", "query": QUERY, "message": message(),
        "escalation_message": "", "priority": "2", "tags": ["circuit_breaker:bank", "service:funds"],
        "effective_tags": ["circuit_breaker:bank", "service:funds"],
        "enable_logs_sample": false, "evaluation_delay": 0, "force_delete": null, "group_retention_duration": "",
        "groupby_simple_monitor": false, "include_tags": true, "locked": false, "new_group_delay": 0,
        "new_host_delay": 300, "no_data_timeframe": 0, "notification_preset_name": "", "notify_audit": false,
        "notify_by": [], "notify_no_data": false, "on_missing_data": "", "renotify_interval": 60,
        "renotify_occurrences": 0, "renotify_statuses": [], "require_full_window": true, "restricted_roles": [],
        "timeout_h": 0, "validate": null, "draft_status": "published",
        "monitor_thresholds": [{
            "critical": "0.5", "critical_recovery": "0.2", "ok": "", "unknown": "", "warning": "0.4", "warning_recovery": "",
        }],
    })
}

fn json_state(id: &str) -> Value {
    json!({"id": id, "url": null, "monitor": sent().to_string()})
}

fn state_file(kind: &str, attributes: &Value) -> Value {
    json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "0b1a5f8e-0000-4000-8000-000000000001",
        "outputs": {},
        "resources": [{
            "mode": "managed", "type": kind, "name": "old",
            "provider": "provider[\"registry.terraform.io/datadog/datadog\"]",
            "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
        }],
    })
}

/// The monitor in the new words, `{extra}` among them.
fn config(kind: &str, extra: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    circuitbreaker = {{ source = "circuitbreaker/circuitbreaker" }}
    datadog        = {{ source = "datadog/datadog" }}
  }}
}}
provider "circuitbreaker" {{}}
moved {{
  from = {kind}.old
  to   = circuitbreaker_monitor.bank
}}
resource "circuitbreaker_monitor" "bank" {{
  name                = "bank errors"
  type                = "query alert"
  query               = "{QUERY}"
  message             = "The bank fails."
  priority            = 2
  renotify_interval   = 60
  require_full_window = true
  breaker             = "bank"
  tags                = ["service:funds"]
  sns_topic           = "dd-circuit-breaker"
  notify              = ["@slack-tech-channel"]
{extra}
  callback {{
    url = "{URL}"
    on  = ["alert", "alert_recovery"]
  }}
  monitor_thresholds {{
    critical          = 0.5
    critical_recovery = 0.2
    warning           = 0.4
  }}
}}
output "id" {{ value = circuitbreaker_monitor.bank.id }}
output "message" {{ value = circuitbreaker_monitor.bank.rendered_message }}
"#
    )
}

/// A sandbox that holds the monitor, and a folder whose state says that the old provider keeps it.
fn start(
    kind: &str,
    state: fn(&str) -> Value,
    extra: &str,
) -> anyhow::Result<(Sandbox, Terraform, String)> {
    let sandbox = Sandbox::start(&[])?;
    let id = sandbox.create_monitor(&sent())?;
    let mut terraform = Terraform::from_text(&config(kind, extra))?;
    terraform.add(&Plugin {
        address: "registry.terraform.io/datadog/datadog",
        version: "4.19.0".to_owned(),
        program: tools::program("cb-old-provider")?,
    })?;
    terraform.point(&sandbox);
    terraform.write(
        "terraform.tfstate",
        &state_file(kind, &state(&id)).to_string(),
    )?;
    terraform.must(&["init", "-input=false"])?;
    Ok((sandbox, terraform, id))
}

/// The move changes nothing in Datadog, keeps the id, and leaves nothing to do.
fn moves(kind: &str, state: fn(&str) -> Value, extra: &str) -> anyhow::Result<()> {
    let (sandbox, terraform, id) = start(kind, state, extra)?;
    let before = sandbox.monitor(&id)?;
    let plan = terraform.plan()?;
    assert!(plan.text.contains("has moved to"), "{}", plan.text);
    assert!(
        plan.text.contains("0 to add, 0 to change, 0 to destroy"),
        "{}",
        plan.text
    );
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    assert_eq!(terraform.output("id")?, id);
    assert_eq!(terraform.output("message")?, message());
    let second = terraform.plan()?;
    assert_eq!(second.code, 0, "{}", second.text);
    assert_eq!(sandbox.monitor(&id)?, before, "the monitor was touched");
    let all = sandbox.datadog().get("/api/v1/monitor")?.ok()?;
    assert_eq!(all.as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test]
fn a_datadog_monitor_moves_in_untouched() -> anyhow::Result<()> {
    moves("datadog_monitor", block_state, "")
}

/// Defaults of Datadog and of the old provider, written down as many configurations do.
const WRITTEN_DEFAULTS: &str = r#"
  include_tags   = true
  notify_no_data = false
  notify_audit   = false
  new_host_delay = 300
  timeout_h      = 0
"#;

#[test]
fn a_default_that_is_written_is_no_difference_either() -> anyhow::Result<()> {
    moves("datadog_monitor", block_state, WRITTEN_DEFAULTS)?;
    moves("datadog_monitor_json", json_state, WRITTEN_DEFAULTS)
}

#[test]
fn a_datadog_monitor_json_moves_in_untouched() -> anyhow::Result<()> {
    moves("datadog_monitor_json", json_state, "")
}

#[test]
fn a_move_plans_the_true_differences_in_place() -> anyhow::Result<()> {
    let (sandbox, terraform, id) = start("datadog_monitor", block_state, "  notify_audit = true")?;
    let plan = terraform.plan()?;
    assert!(
        plan.text.contains("0 to add, 1 to change, 0 to destroy"),
        "{}",
        plan.text
    );
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    assert_eq!(terraform.output("id")?, id);
    assert_eq!(
        sandbox.monitor(&id)?["options"]["notify_audit"],
        json!(true)
    );
    assert_eq!(terraform.plan()?.code, 0);
    Ok(())
}
