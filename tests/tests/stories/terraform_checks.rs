//! What a monitor's configuration is refused for, one row a mistake, without keys, network or any request:
//! by `terraform validate` what the resource alone decides, by `terraform plan` the rest.

use anyhow::Context;
use serde_json::Value;
use tests::terraform::Terraform;

/// A resource's name, its body besides `name`, the line that the error points at, and words of its text.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

/// By errors-to-requests, as a breaker should have it.
const RATIO: &str = r#"type = "query alert"
  query = "sum(last_5m):sum:funds.errors{*} by {bank_code}.as_count() / sum:funds.requests{*} by {bank_code}.as_count() > 0.5""#;

const CALLBACK: &str = r#"callback { url = "https://funds.example.com/cb" }"#;

/// What the resource alone decides.
#[rustfmt::skip]
const BY_VALIDATE: &[Row<'_>] = &[
    ("mismatch", "RATIO\n monitor_thresholds { critical = 0.6 }", "critical = 0.6", "`0.6` is not the number in the query"),
    ("warning_side", "RATIO\n monitor_thresholds {\n critical = 0.5\n warning = 0.7\n }", "warning = 0.7", "set a lower `warning`"),
    ("recovery_side", "RATIO\n monitor_thresholds {\n critical_recovery = 0.9\n }", "critical_recovery = 0.9", "set a lower `critical_recovery`"),
    ("warning_recovery_side", "RATIO\n monitor_thresholds {\n warning = 0.3\n warning_recovery = 0.4\n }", "warning_recovery = 0.4", "set a lower `warning_recovery`"),
    ("warning_alone", "type = \"query alert\"\n query = \"avg(last_5m):avg:m{*}\"\n monitor_thresholds { warning = 1 }", "warning = 1", "set `critical`"),
    ("composite", "type = \"composite\"\n query = \"1 && 2\"\n monitor_thresholds { critical = 1 }", "", "remove `monitor_thresholds`"),
    ("no_data_twice", "RATIO\n on_missing_data = \"resolve\"\n notify_no_data = true", "notify_no_data = true", "remove `notify_no_data`"),
    ("timeframe_twice", "RATIO\n on_missing_data = \"resolve\"\n no_data_timeframe = 10", "no_data_timeframe = 10", "remove `no_data_timeframe`"),
    ("open_tag", "RATIO\n message = \"one\\ntwo {{bank_code.name\"", "message =", "line 2, column 5: unbalanced `{{`"),
    ("open_conditional", "RATIO\n message = \"{{#is_alert}}x\"", "message =", "line 1, column 1: the conditional `is_alert` is never closed"),
    ("unknown_conditional", "RATIO\n message = \"{{#is_warning_to_alert}}x{{/is_warning_to_alert}}\"", "message =", "unknown conditional `is_warning_to_alert`"),
    ("keyword", "RATIO\n message = \"a\\ncircuit-breaker-callback: https://funds.example.com/\\nb\"", "message =", "line 2, column 1: `circuit-breaker-callback` belongs to the callbacks"),
    ("only_handles", "RATIO\n message = \"a\\n@slack-b\"", "message =", "line 2, column 1: the last line holds only handles"),
    ("footer", "RATIO\n CALLBACK\n notification_preset_name = \"hide_all\"", "notification_preset_name =", "use `hide_query`"),
    ("transition", "RATIO\n callback {\n url = \"https://funds.example.com/cb\"\n on = [\"on_fire\"]\n }", "on = [", "unknown transition `on_fire`"),
    ("clear_text", "RATIO\n callback { url = \"http://funds.example.com/cb\" }", "url =", "use `https`"),
    ("breaker_twice", "RATIO\n breaker = \"a\"\n tags = [\"circuit_breaker:b\"]", "tags =", "remove `circuit_breaker:b`"),
    ("event_alert", "type = \"event alert\"\n query = \"q\"", "type =", "`event alert` is none of the allowed values"),
    ("digits", "RATIO\n monitor_thresholds { critical = \".5\" }", "critical =", "`.5` is not a number"),
    ("nested", "type = \"rum alert\"\n query = \"formula(\\\"a\\\").last(\\\"5m\\\") > 1\"\n variables {\n event_query {\n name = \"a\"\n data_source = \"rumour\"\n search { query = \"*\" }\n compute { aggregation = \"count\" }\n }\n }", "data_source =", "`rumour` is none of the allowed values"),
];

/// What the provider's settings decide, or values that are known only then.
#[rustfmt::skip]
const BY_PLAN: &[Row<'_>] = &[
    ("topicless", "RATIO\n CALLBACK", "", "set `sns_topic`"),
    ("host", "RATIO\n sns_topic = \"t\"\n callback { url = \"https://evil.example.com/cb\" }", "url =", "`evil.example.com` is not among the provider's `allowed_callback_hosts`"),
    ("laptop", "RATIO\n sns_topic = \"t\"\n callback { url = \"http://localhost/cb\" }", "url =", "allow_insecure_callbacks = true"),
    ("known_now", "RATIO\n monitor_thresholds { critical = var.critical }", "critical = var.critical", "`0.7` is not the number in the query"),
    ("alert_stays", "RATIO\n sns_topic = \"t\"\n callback {\n url = \"https://funds.example.com/cb\"\n on = [\"alert\"]\n }", "on = [", "add `alert_recovery` or `recovery`"),
    ("warning_stays", "RATIO\n sns_topic = \"t\"\n callback {\n url = \"https://funds.example.com/cb\"\n on = [\"warning\"]\n }", "on = [", "add `warning_recovery` or `recovery`"),
    ("no_data_stays", "RATIO\n sns_topic = \"t\"\n callback {\n url = \"https://funds.example.com/cb\"\n on = [\"no_data\"]\n }", "on = [", "add `no_data_recovery` or `recovery`"),
    ("draft", "RATIO\n sns_topic = \"t\"\n CALLBACK\n draft_status = \"draft\"", "draft_status =", "until it is `published`"),
    ("simple", "type = \"query alert\"\n query = \"avg(last_5m):avg:funds.ratio{*} > 1\"\n breaker = \"a\"", "query =", "group it by what can fail alone"),
    ("counts", "type = \"log alert\"\n query = \"logs(\\\"status:error\\\").index(\\\"*\\\").rollup(\\\"count\\\").by(\\\"bank\\\").last(\\\"5m\\\") > 9\"\n breaker = \"a\"", "query =", "divide by the number of calls, or set `critical_recovery`"),
];

/// `provider` besides keys and address, and one resource a row.
fn config(provider: &str, rows: &[Row<'_>]) -> String {
    let mut text = format!(
        r#"
terraform {{
  required_providers {{
    circuitbreaker = {{ source = "circuitbreaker/circuitbreaker" }}
  }}
}}
variable "critical" {{ type = string }}
{provider}
"#
    );
    for (name, body, ..) in rows {
        let body = body.replace("RATIO", RATIO).replace("CALLBACK", CALLBACK);
        text.push_str(&format!(
            "resource \"circuitbreaker_monitor\" \"{name}\" {{\n  name = \"x\"\n  {body}\n}}\n"
        ));
    }
    text
}

/// Each row has an error of its own, at its line, and no other row has one.
fn assert_told(diagnostics: &[Value], rows: &[Row<'_>]) {
    for (name, _, line, words) in rows {
        let address = format!("circuitbreaker_monitor.{name}");
        let own: Vec<&Value> = diagnostics
            .iter()
            .filter(|told| told["address"] == address.as_str())
            .collect();
        assert_eq!(own.len(), 1, "{address}: {own:#?}");
        let text = own[0]["detail"].as_str().unwrap_or_default();
        let code = own[0]["snippet"]["code"].as_str().unwrap_or_default();
        assert_eq!(own[0]["severity"], "error", "{address}");
        assert!(
            text.contains(words),
            "{address}: `{words}` is not in: {text}"
        );
        assert!(code.contains(line), "{address}: `{line}` is not in: {code}");
    }
    assert_eq!(diagnostics.len(), rows.len(), "{diagnostics:#?}");
}

#[test]
fn validate_needs_no_keys_and_no_network_for_what_the_resource_alone_decides() -> anyhow::Result<()>
{
    let terraform = Terraform::from_text(&config("provider \"circuitbreaker\" {}", BY_VALIDATE))?;
    terraform.must(&["init", "-input=false"])?;
    let output = terraform.run(&["validate", "-json"])?;
    let answer: Value = serde_json::from_str(&output.text).context("json of validate")?;
    let diagnostics = answer["diagnostics"].as_array().context("diagnostics")?;
    assert_told(diagnostics, BY_VALIDATE);
    Ok(())
}

/// A provider block whose API nobody serves: a request would be told of.
fn nowhere(more: &str) -> String {
    format!(
        "provider \"circuitbreaker\" {{\n  api_key = \"k\"\n  app_key = \"k\"\n  api_url = \"http://127.0.0.1:1\"\n{more}\n}}\n"
    )
}

/// The diagnostics of a plan, from its stream of JSON lines.
fn plan(terraform: &Terraform) -> anyhow::Result<(i32, Vec<Value>)> {
    let arguments = [
        "plan",
        "-input=false",
        "-json",
        "-detailed-exitcode",
        "-var=critical=0.7",
    ];
    let output = terraform.run(&arguments)?;
    let lines = output.text.lines();
    let events = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let diagnostics = events.filter(|event| event["type"] == "diagnostic");
    let diagnostics = diagnostics.map(|event| event["diagnostic"].clone());
    Ok((output.code, diagnostics.collect()))
}

#[test]
fn plan_sends_nothing_for_what_the_provider_decides_or_is_known_only_then() -> anyhow::Result<()> {
    let provider = nowhere(
        "lint = \"error\"\n allowed_callback_hosts = [\"funds.example.com\", \"localhost\"]",
    );
    let terraform = Terraform::from_text(&config(&provider, BY_PLAN))?;
    terraform.must(&["init", "-input=false"])?;
    terraform.must(&["validate"])?;
    let (code, diagnostics) = plan(&terraform)?;
    assert_eq!(code, 1);
    assert_told(&diagnostics, BY_PLAN);
    Ok(())
}

#[test]
fn advice_is_a_warning_by_default_and_can_be_turned_off() -> anyhow::Result<()> {
    let quiet = nowhere("alias = \"quiet\"\n lint = \"off\"");
    let body = "type = \"query alert\"\n query = \"avg(last_5m):avg:m{*} > 1\"\n breaker = \"a\"\n validate = false";
    let told = ("told", body, "", "");
    let quiet_body = format!("{body}\n provider = circuitbreaker.quiet");
    let silent = ("silent", quiet_body.as_str(), "", "");
    let text = format!("{}\n{quiet}", nowhere(""));
    let terraform = Terraform::from_text(&config(&text, &[told, silent]))?;
    terraform.must(&["init", "-input=false"])?;
    let (code, diagnostics) = plan(&terraform)?;
    assert_eq!(code, 2, "{diagnostics:#?}");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:#?}");
    assert_eq!(diagnostics[0]["address"], "circuitbreaker_monitor.told");
    assert_eq!(diagnostics[0]["severity"], "warning");
    Ok(())
}
