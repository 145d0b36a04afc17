//! What the provider refuses, where it points, and that nothing was sent by then.

use tests::chain::{Chain, Store};
use tests::terraform::Terraform;

/// A configuration whose resource has `body` besides name, type and query.
fn config(provider: &str, body: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    circuitbreaker = {{ source = "circuitbreaker/circuitbreaker" }}
  }}
}}
provider "circuitbreaker" {{
{provider}
}}
resource "circuitbreaker_monitor" "x" {{
  name  = "x"
  type  = "query alert"
  query = "avg(last_5m):avg:funds.error_rate{{*}} by {{bank_code}} > 0.5"
  monitor_thresholds {{ critical = 0.5 }}
{body}
}}
"#
    )
}

const CALLBACK: &str =
    r#"  callback { url = "https://funds.example.com/dd_circuit_breaker/callback" }"#;

/// What `validate` refuses, and what its error must show: the value, the remedy, the source line.
const REFUSED: [(&str, &[&str]); 5] = [
    (
        r#"  callback { url = "http://funds.example.com/x" }"#,
        &["http://funds.example.com/x", "https", "url = \"http"],
    ),
    (
        r#"  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
    on  = ["alert", "is_on_fire"]
  }"#,
        &["is_on_fire", "alert_recovery", "on  ="],
    ),
    (
        "  message = \"one\\ntwo {{bank_code.name \"",
        &["line 2", "message = "],
    ),
    (
        "  message = \"{{#is_alert}} never closed\"",
        &["is_alert", "message = "],
    ),
    (
        "  message = \"{{#is_warning_to_alert}}x{{/is_warning_to_alert}}\"",
        &["is_warning_to_alert"],
    ),
];

#[test]
fn validate_is_offline_and_names_the_attribute_the_value_and_the_remedy() -> anyhow::Result<()> {
    for (body, parts) in REFUSED {
        let terraform = Terraform::from_text(&config("  sns_topic = \"t\"", body))?;
        terraform.must(&["init", "-input=false"])?;
        let output = terraform.run(&["validate"])?;
        assert_eq!(output.code, 1, "accepted: {body}\n{}", output.text);
        let flat = output
            .text
            .replace("│", " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for part in parts {
            let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                flat.contains(&part),
                "`{part}` is missing in:\n{}",
                output.text
            );
        }
    }
    Ok(())
}

#[test]
fn a_callback_without_any_sns_topic_is_refused_at_plan_before_any_request() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let mut terraform = Terraform::from_text(&config("", CALLBACK))?;
    chain.point(&mut terraform);
    terraform.must(&["init", "-input=false"])?;
    terraform.must(&["validate"])?;
    let before = chain.sandbox.requests()?;
    let output = terraform.run(&["plan", "-input=false"])?;
    assert_eq!(output.code, 1, "{}", output.text);
    assert!(output.text.contains("sns_topic"), "{}", output.text);
    assert_eq!(chain.sandbox.requests()?, before, "the plan sent a request");
    Ok(())
}

#[test]
fn a_host_outside_the_list_is_refused_at_plan() -> anyhow::Result<()> {
    let provider = "  sns_topic = \"t\"\n  allowed_callback_hosts = [\"other.example.com\"]";
    let chain = Chain::start(Store::Memory)?;
    let mut terraform = Terraform::from_text(&config(provider, CALLBACK))?;
    chain.point(&mut terraform);
    terraform.must(&["init", "-input=false"])?;
    let output = terraform.run(&["plan", "-input=false"])?;
    assert_eq!(output.code, 1, "{}", output.text);
    assert!(output.text.contains("funds.example.com"), "{}", output.text);
    Ok(())
}

/// A root module that leaves the monitor to a child, and the URL to the apply.
const PARENT: &str = r#"
terraform {
  required_providers {
    circuitbreaker = { source = "circuitbreaker/circuitbreaker" }
  }
}
provider "circuitbreaker" { sns_topic = "dd-circuit-breaker" }
resource "terraform_data" "host" { input = "https://funds.example.com/dd_circuit_breaker/callback" }
module "child" {
  source = "./child"
  url    = terraform_data.host.output
}
output "message" { value = module.child.message }
"#;

#[test]
fn a_child_module_inherits_the_topic_and_unknown_values_raise_no_error() -> anyhow::Result<()> {
    let chain = Chain::start(Store::Memory)?;
    let mut terraform = Terraform::from_text(PARENT)?;
    terraform.write("child/main.tf", &child())?;
    chain.point(&mut terraform);
    terraform.must(&["init", "-input=false"])?;
    terraform.must(&["validate"])?;
    let plan = terraform.plan()?;
    assert_eq!(plan.code, 2, "{}", plan.text);
    let rendered = plan
        .text
        .lines()
        .find(|line| line.contains("rendered_message"));
    assert!(
        rendered.is_some_and(|line| line.contains("known after apply")),
        "{}",
        plan.text
    );
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    let message = terraform.output("message")?;
    assert!(
        message.contains("circuit-breaker-callback: https://funds.example.com/"),
        "{message}"
    );
    assert!(message.ends_with("@sns-dd-circuit-breaker"), "{message}");
    assert_eq!(terraform.plan()?.code, 0);
    Ok(())
}

fn child() -> String {
    let text = config("", "  callback { url = var.url }");
    let without_provider = text.replace("provider \"circuitbreaker\" {\n\n}\n", "");
    assert_ne!(text, without_provider);
    format!(
        "variable \"url\" {{ type = string }}\n{without_provider}\n\
         output \"message\" {{ value = circuitbreaker_monitor.x.rendered_message }}\n"
    )
}
