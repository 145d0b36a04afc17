//! The provider's functions and data sources under the real terraform.

use serde_json::{Value, json};
use tests::sandbox::Sandbox;
use tests::terraform::Terraform;

const HEAD: &str = r#"
terraform {
  required_providers {
    circuitbreaker = { source = "circuitbreaker/circuitbreaker" }
  }
}
"#;

/// Everything that needs no key: a message written, read, shown and written again.
const OFFLINE: &str = r#"
provider "circuitbreaker" { sns_topic = "dd-circuit-breaker" }
locals {
  rendered = provider::circuitbreaker::render_message({
    message   = "Bank {{bank_code.name}} fails: {{value}}"
    callback  = [{ url = "https://funds.example.com/cb", on = ["alert", "alert_recovery"] }, { url = "https://b.example/" }]
    sns_topic = "dd-circuit-breaker"
    notify    = ["@slack-tech"]
  })
  parsed = provider::circuitbreaker::parse_message(local.rendered)
  shown  = provider::circuitbreaker::preview_message(local.rendered, "alert_recovery", { "bank_code.name" = "0001", value = 0.7 })
}
data "circuitbreaker_message" "bank" {
  message = local.parsed.message
  notify  = ["@slack-tech"]
  callback {
    url = "https://funds.example.com/cb"
    on  = ["alert", "alert_recovery"]
  }
  callback { url = "https://b.example/" }
}
output "same_again" { value = provider::circuitbreaker::render_message(local.parsed) == local.rendered }
output "same_as_the_data_source" { value = data.circuitbreaker_message.bank.rendered_message == local.rendered }
output "text" { value = local.shown.text }
output "called" { value = join(" ", local.shown.callbacks) }
output "told" { value = join(" ", local.shown.handles) }
"#;

#[test]
fn messages_are_written_read_and_shown_without_keys() -> anyhow::Result<()> {
    let terraform = Terraform::from_text(&format!("{HEAD}{OFFLINE}"))?;
    terraform.must(&["init", "-input=false"])?;
    terraform.must(&["validate"])?;
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    assert_eq!(terraform.output("same_again")?, "true");
    assert_eq!(terraform.output("same_as_the_data_source")?, "true");
    let called = "https://funds.example.com/cb https://b.example/";
    assert_eq!(terraform.output("called")?, called);
    assert_eq!(
        terraform.output("told")?,
        "@slack-tech @sns-dd-circuit-breaker"
    );
    let text = terraform.output("text")?;
    assert!(text.contains("Bank 0001 fails: 0.7\n"), "{text}");
    Ok(())
}

#[test]
fn a_wrong_argument_is_pointed_at() -> anyhow::Result<()> {
    let calls = [
        (r#"render_message({ msg = "x" })"#, "msg"),
        (
            r#"preview_message("x", "is_alert", {})"#,
            "unknown transition `is_alert`",
        ),
        (
            r#"preview_message("{{#is_alert}}", "alert", {})"#,
            "`is_alert` is never closed",
        ),
    ];
    for (call, says) in calls {
        let terraform = Terraform::from_text(&format!(
            "{HEAD}output \"x\" {{ value = provider::circuitbreaker::{call} }}\n"
        ))?;
        terraform.must(&["init", "-input=false"])?;
        let refused = terraform.run(&["plan", "-input=false"])?;
        let flat = refused
            .text
            .replace('│', " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(refused.code, 1, "{flat}");
        assert!(
            flat.contains("Invalid value for \"") && flat.contains(says),
            "{flat}"
        );
    }
    Ok(())
}

/// A part that only the apply knows keeps the whole message open, and is no error.
const LATER: &str = r#"
resource "terraform_data" "url" { input = "https://funds.example.com/cb" }
output "x" {
  value = provider::circuitbreaker::render_message({ callback = [{ url = terraform_data.url.output, on = ["alert"] }] })
}
"#;

#[test]
fn a_part_that_is_not_known_yet_waits_for_the_apply() -> anyhow::Result<()> {
    let terraform = Terraform::from_text(&format!("{HEAD}{LATER}"))?;
    terraform.apply()?;
    assert!(
        terraform
            .output("x")?
            .contains("circuit-breaker-callback: https://funds.example.com/cb")
    );
    Ok(())
}

/// One resource that needs keys.
const NEEDS_KEYS: &str = r#"
resource "circuitbreaker_monitor" "x" {
  name  = "x"
  type  = "query alert"
  query = "avg(last_5m):avg:funds.error_rate{*} by {bank_code} > 0.5"
}
"#;

#[test]
fn a_resource_without_keys_fails_at_plan_and_says_which() -> anyhow::Result<()> {
    let terraform = Terraform::from_text(&format!("{HEAD}{NEEDS_KEYS}"))?;
    terraform.must(&["init", "-input=false"])?;
    terraform.must(&["validate"])?;
    let refused = terraform.run(&["plan", "-input=false"])?;
    assert_eq!(refused.code, 1);
    assert!(
        refused.text.contains("`DD_API_KEY`") && refused.text.contains("`DD_APP_KEY`"),
        "{}",
        refused.text
    );
    Ok(())
}

fn body(name: &str, tags: &[&str]) -> Value {
    super::common::monitor_body(name, "https://funds.example.com/cb", tags)
}

/// Looks a monitor up each way, and its groups.
const LOOK_UP: &str = r#"
provider "circuitbreaker" {}
variable "id" { type = string }
data "circuitbreaker_monitor" "by_id" { id = var.id }
data "circuitbreaker_monitor" "by_name" { name_filter = "bank" }
data "circuitbreaker_monitor" "by_tags" { monitor_tags_filter = ["service:funds", "circuit_breaker:bank"] }
data "circuitbreaker_monitor_state" "all" { monitor_id = var.id }
data "circuitbreaker_monitor_state" "one" {
  monitor_id = var.id
  group      = "bank_code:0002"
}
output "ids" { value = join(" ", [data.circuitbreaker_monitor.by_name.id, data.circuitbreaker_monitor.by_tags.id]) }
output "read" {
  value = jsonencode([
    data.circuitbreaker_monitor.by_id.name, data.circuitbreaker_monitor.by_id.breaker,
    data.circuitbreaker_monitor.by_id.tags, data.circuitbreaker_monitor.by_id.message,
    data.circuitbreaker_monitor.by_id.callback, data.circuitbreaker_monitor.by_id.sns_topic,
    data.circuitbreaker_monitor.by_id.monitor_thresholds[0].critical,
  ])
}
output "states" {
  value = jsonencode([
    data.circuitbreaker_monitor_state.all.overall_state,
    { for group in data.circuitbreaker_monitor_state.all.groups : group.name => group.status },
    data.circuitbreaker_monitor_state.one.groups[*].name,
  ])
}
"#;

#[test]
fn a_monitor_is_looked_up_with_its_message_taken_apart() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let id = sandbox.create_monitor(&body("bank", &["circuit_breaker:bank", "service:funds"]))?;
    sandbox.create_monitor(&body("bank too", &["service:other"]))?;
    sandbox.set(&id, "bank_code:0001", "Alert")?;
    sandbox.set(&id, "bank_code:0002", "OK")?;
    let mut terraform = Terraform::from_text(&format!("{HEAD}{LOOK_UP}"))?;
    terraform.point(&sandbox);
    terraform.env("TF_VAR_id", &id);
    terraform.apply()?;
    assert_eq!(terraform.output("ids")?, format!("{id} {id}"));
    let read: Value = serde_json::from_str(&terraform.output("read")?)?;
    let callback =
        json!([{"on": ["alert", "alert_recovery"], "url": "https://funds.example.com/cb"}]);
    let expected = json!([
        "bank",
        "bank",
        ["service:funds"],
        "The bank fails.",
        callback,
        "dd-circuit-breaker",
        "10"
    ]);
    assert_eq!(read, expected);
    let states: Value = serde_json::from_str(&terraform.output("states")?)?;
    let groups = json!({"bank_code:0001": "Alert", "bank_code:0002": "OK"});
    assert_eq!(states, json!(["Alert", groups, ["bank_code:0002"]]));
    Ok(())
}

#[test]
fn several_monitors_are_named_and_none_is_taken() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let twins = [
        sandbox.create_monitor(&body("bank a", &[]))?,
        sandbox.create_monitor(&body("bank b", &[]))?,
    ];
    let config =
        format!("{HEAD}data \"circuitbreaker_monitor\" \"x\" {{ name_filter = \"bank\" }}\n");
    let mut terraform = Terraform::from_text(&config)?;
    terraform.point(&sandbox);
    terraform.must(&["init", "-input=false"])?;
    let refused = terraform.run(&["plan", "-input=false"])?;
    assert_eq!(refused.code, 1, "{}", refused.text);
    assert!(
        twins.iter().all(|id| refused.text.contains(id)),
        "{}",
        refused.text
    );
    Ok(())
}
