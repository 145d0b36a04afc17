//! Monitors that exist come under Terraform: by `import` blocks with generated configuration, and from old states.

use super::common::monitor_body;
use serde_json::{Value, json};
use tests::sandbox::Sandbox;
use tests::terraform::Terraform;

const HEAD: &str = r#"
terraform {
  required_providers {
    circuitbreaker = { source = "circuitbreaker/circuitbreaker" }
  }
}
provider "circuitbreaker" {}
"#;
const URL: &str = "https://funds.example.com/cb";

fn plain(fields: &Value) -> Value {
    let mut body = json!({
        "name": "plain", "type": "query alert", "message": "Somebody look.",
        "query": "avg(last_5m):avg:funds.error_rate{*} by {bank_code} > 0.5",
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// Monitors as people and other tools make them.
#[rustfmt::skip]
fn monitors() -> Vec<(&'static str, Value)> {
    let thresholds = json!({"critical": 0.5, "critical_recovery": 0.25, "warning": 0.4, "warning_recovery": 0.2});
    let by_hand = format!(
        "{{{{#is_alert}}}}circuit-breaker-callback: {URL}{{{{/is_alert}}}}\n{{{{#is_alert_recovery}}}}  \n\
         circuit-breaker-callback: {URL}\n{{{{/is_alert_recovery}}}}\n\nLine \"one\" of ${{x}} %{{y}}\n\
         {{{{#is_match \"bank_code.name\" \"1\"}}}}two{{{{else}}}}three{{{{/is_match}}}}\n\n@slack-a\n@sns-t"
    );
    let in_a_block = format!("{{{{#is_alert}}}}\ncircuit-breaker-callback: {URL}\nDown. @sns-t\n{{{{/is_alert}}}}");
    vec![
        ("callbacks", monitor_body("bank", URL, &["circuit_breaker:bank", "service:funds"])),
        ("by_hand", plain(&json!({"message": by_hand, "tags": ["b", "a:1"]}))),
        ("topic_in_a_block", plain(&json!({"message": in_a_block}))),
        ("plain", plain(&json!({}))),
        ("thresholds", plain(&json!({"priority": 3, "options": {"thresholds": thresholds, "renotify_interval": 30}}))),
        ("no_data", plain(&json!({"options": {
            "thresholds": {"critical": 0.5}, "notify_no_data": true, "no_data_timeframe": 20, "new_group_delay": 60,
            "include_tags": false, "notify_by": ["bank_code"],
        }}))),
        ("missing_data", plain(&json!({"options": {
            "on_missing_data": "show_and_notify_no_data", "group_retention_duration": "2d",
        }}))),
    ]
}

#[test]
fn generated_configuration_plans_clean() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let mut blocks = HEAD.to_owned();
    let mut before = Vec::new();
    for (name, body) in monitors() {
        let id = sandbox.create_monitor(&body)?;
        blocks.push_str(&format!(
            "import {{\n  to = circuitbreaker_monitor.{name}\n  id = \"{id}\"\n}}\n"
        ));
        before.push((id.clone(), sandbox.monitor(&id)?));
    }
    let mut terraform = Terraform::from_text(&blocks)?;
    terraform.point(&sandbox);
    terraform.must(&["init", "-input=false"])?;
    let plan = terraform.must(&["plan", "-input=false", "-generate-config-out=generated.tf"])?;
    let expected = format!(
        "{} to import, 0 to add, 0 to change, 0 to destroy",
        before.len()
    );
    assert!(plan.contains(&expected), "{plan}");
    terraform.must(&["validate"])?;
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    let second = terraform.plan()?;
    assert_eq!(
        second.code,
        0,
        "{}\n{}",
        second.text,
        terraform.read("generated.tf")?
    );
    for (id, monitor) in before {
        assert_eq!(sandbox.monitor(&id)?, monitor, "a monitor was touched");
    }
    Ok(())
}

/// A configuration whose state will be made older by hand.
const KEPT: &str = r#"
resource "circuitbreaker_monitor" "x" {
  name      = "x"
  type      = "query alert"
  query     = "avg(last_5m):avg:funds.error_rate{*} by {bank_code} > 0.5"
  message   = "The bank fails."
  sns_topic = "t"
  callback {
    url = "https://funds.example.com/cb"
    on  = ["alert", "alert_recovery"]
  }
  monitor_thresholds { critical = 0.5 }
}
"#;

/// Attributes that the first release of the provider had.
const FIRST: [&str; 12] = [
    "id",
    "name",
    "type",
    "query",
    "message",
    "callback",
    "sns_topic",
    "notify",
    "tags",
    "effective_tags",
    "rendered_message",
    "monitor_thresholds",
];

#[test]
fn a_state_of_an_older_release_reads_in() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let mut terraform = Terraform::from_text(&format!("{HEAD}{KEPT}"))?;
    terraform.point(&sandbox);
    terraform.apply()?;
    let mut state: Value = serde_json::from_str(&terraform.read("terraform.tfstate")?)?;
    let instance = &mut state["resources"][0]["instances"][0];
    assert_eq!(instance["schema_version"], json!(0));
    if let Some(attributes) = instance["attributes"].as_object_mut() {
        attributes.retain(|name, _| FIRST.contains(&name.as_str()));
        attributes.insert("no_longer_there".to_owned(), json!({"nested": [1]}));
        attributes["monitor_thresholds"] = json!([{"critical": 0.5}]);
    }
    terraform.write("terraform.tfstate", &state.to_string())?;
    let plan = terraform.plan()?;
    assert_eq!(plan.code, 0, "{}", plan.text);
    Ok(())
}

#[test]
fn a_state_of_a_newer_release_is_refused_with_the_remedy() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let mut terraform = Terraform::from_text(&format!("{HEAD}{KEPT}"))?;
    terraform.point(&sandbox);
    terraform.apply()?;
    let mut state: Value = serde_json::from_str(&terraform.read("terraform.tfstate")?)?;
    state["resources"][0]["instances"][0]["schema_version"] = json!(99);
    terraform.write("terraform.tfstate", &state.to_string())?;
    let refused = terraform.run(&["plan", "-input=false"])?;
    assert_eq!(refused.code, 1, "{}", refused.text);
    assert!(
        refused.text.contains("newer provider version"),
        "{}",
        refused.text
    );
    Ok(())
}
