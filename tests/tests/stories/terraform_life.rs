//! The life of a `circuitbreaker_monitor` under the real terraform.

use super::common::Applied;
use serde_json::{Value, json};
use tests::chain::{Chain, Store};
use tests::terraform::Terraform;

impl Applied {
    fn remote(&self) -> anyhow::Result<Value> {
        self.chain.sandbox.monitor(&self.monitor)
    }

    fn put(&self, body: &Value) -> anyhow::Result<()> {
        let path = format!("/api/v1/monitor/{}", self.monitor);
        self.chain.sandbox.datadog().put(&path, body)?.ok()?;
        Ok(())
    }

    /// Plans (changes must be seen), applies, and plans again (nothing must be left).
    fn mend(&self, what: &str) -> anyhow::Result<String> {
        let plan = self.terraform.plan()?;
        assert_eq!(
            plan.code, 2,
            "{what}: the drift is not seen:\n{}",
            plan.text
        );
        self.terraform
            .must(&["apply", "-input=false", "-auto-approve"])?;
        let second = self.terraform.plan()?;
        assert_eq!(
            second.code, 0,
            "{what}: the second plan is not empty:\n{}",
            second.text
        );
        Ok(plan.text)
    }
}

#[test]
fn the_plan_prints_the_whole_message_and_the_second_plan_is_empty() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let terraform = chain.quickstart()?;
    terraform.must(&["init", "-input=false"])?;
    let plan = terraform.plan()?;
    assert_eq!(plan.code, 2);
    let line = format!("circuit-breaker-callback: {}", chain.callback_url());
    for part in ["{{#is_alert}}", "{{/is_alert_recovery}}", &line, "@sns-"] {
        assert!(
            plan.text.contains(part),
            "`{part}` is missing in:\n{}",
            plan.text
        );
    }
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    let second = terraform.plan()?;
    assert_eq!(second.code, 0, "{}", second.text);
    let monitor = terraform.output("monitor_id")?;
    let remote = chain.sandbox.monitor(&monitor)?;
    assert_eq!(
        remote["message"],
        json!(terraform.output("rendered_message")?)
    );
    assert!(remote["tags"].as_array().is_some_and(|tags| {
        tags.contains(&json!("circuit_breaker:bank")) && tags.contains(&json!("service:funds"))
    }));
    terraform.must(&["destroy", "-input=false", "-auto-approve"])?;
    assert!(
        chain.sandbox.monitor(&monitor).is_err(),
        "still there after destroy"
    );
    Ok(())
}

#[test]
fn drift_in_message_options_and_tags_is_seen_and_mended() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let before = applied.remote()?;
    applied.put(&json!({"message": "somebody typed over it @slack-x"}))?;
    applied.mend("message")?;
    assert_eq!(applied.remote()?["message"], before["message"]);
    applied.put(&json!({"name": "renamed by hand"}))?;
    applied.mend("name")?;
    assert_eq!(applied.remote()?["name"], before["name"]);
    let mut options = before["options"].clone();
    options["renotify_interval"] = json!(90);
    applied.put(&json!({"options": options}))?;
    applied.mend("options")?;
    let interval = &applied.remote()?["options"]["renotify_interval"];
    assert!(
        interval.is_null() || interval == 0,
        "renotify_interval is {interval}"
    );
    applied.put(&json!({"tags": []}))?;
    applied.mend("tags")?;
    assert_eq!(applied.remote()?["tags"], before["tags"]);
    Ok(())
}

#[test]
fn a_monitor_deleted_outside_is_created_again() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let path = format!("/api/v1/monitor/{}", applied.monitor);
    applied.chain.sandbox.datadog().delete(&path)?.ok()?;
    let plan = applied.mend("deleted")?;
    assert!(
        plan.contains("1 to add, 0 to change, 0 to destroy"),
        "{plan}"
    );
    assert_ne!(applied.terraform.output("monitor_id")?, applied.monitor);
    Ok(())
}

#[test]
fn an_update_in_place_keeps_the_id_and_sends_the_new_query() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    let main = applied.terraform.read("main.tf")?;
    let changed = main.replace(
        "bank_errors\" {",
        "bank_errors\" {\n  renotify_interval = 60\n",
    );
    assert_ne!(main, changed);
    applied.terraform.write("main.tf", &changed)?;
    let plan = applied.mend("an update")?;
    assert!(
        plan.contains("0 to add, 1 to change, 0 to destroy"),
        "{plan}"
    );
    assert_eq!(applied.terraform.output("monitor_id")?, applied.monitor);
    assert_eq!(applied.remote()?["options"]["renotify_interval"], json!(60));
    Ok(())
}

#[test]
fn an_import_parses_the_message_back_and_plans_nothing() -> anyhow::Result<()> {
    let applied = Applied::start()?;
    applied
        .terraform
        .must(&["state", "rm", "circuitbreaker_monitor.bank_errors"])?;
    let arguments = ["import", "-input=false", "-no-color"];
    let target = ["circuitbreaker_monitor.bank_errors", &applied.monitor];
    applied
        .terraform
        .must(&[arguments.as_slice(), target.as_slice()].concat())?;
    let plan = applied.terraform.plan()?;
    assert_eq!(
        plan.code, 0,
        "the plan after the import is not empty:\n{}",
        plan.text
    );
    Ok(())
}

/// The monitor that somebody made by hand, as configuration.
const BY_HAND: &str = r#"
terraform {
  required_providers {
    circuitbreaker = { source = "circuitbreaker/circuitbreaker" }
  }
}
provider "circuitbreaker" {}
resource "circuitbreaker_monitor" "hand" {
  name      = "by hand"
  type      = "query alert"
  query     = "avg(last_5m):avg:funds.error_rate{*} by {bank_code} > 0.5"
  message   = "The bank fails."
  sns_topic = "dd-circuit-breaker"
  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
    on  = ["alert", "alert_recovery"]
  }
  monitor_thresholds { critical = 0.50 }
}
output "message" { value = circuitbreaker_monitor.hand.rendered_message }
"#;

#[test]
fn a_message_written_by_hand_imports_clean() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let line = "circuit-breaker-callback: https://funds.example.com/dd_circuit_breaker/callback";
    let message = format!(
        "{{{{#is_alert}}}}\n\n{line}\n{{{{/is_alert}}}}\n\n\
         {{{{#is_alert_recovery}}}}\n{line}\n{{{{/is_alert_recovery}}}}\n\n\n\
         The bank fails.\n@sns-dd-circuit-breaker"
    );
    let monitor = chain.sandbox.create_monitor(&json!({
        "name": "by hand",
        "type": "query alert",
        "query": "avg(last_5m):avg:funds.error_rate{*} by {bank_code} > 0.5",
        "message": message,
        "options": {"thresholds": {"critical": 0.5}},
    }))?;
    let mut terraform = Terraform::from_text(BY_HAND)?;
    chain.point(&mut terraform);
    terraform.must(&["init", "-input=false"])?;
    terraform.must(&[
        "import",
        "-no-color",
        "circuitbreaker_monitor.hand",
        &monitor,
    ])?;
    let plan = terraform.plan()?;
    assert_eq!(plan.code, 0, "{}", plan.text);
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    assert_eq!(chain.sandbox.monitor(&monitor)?["message"], json!(message));
    Ok(())
}
