//! What the provider makes of a Datadog that fails: the outcome, the words for it, and that what is there afterwards is
//! what is in the state. Nothing here measures time; where the provider waits for seconds, the scenes run side by side.

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::sandbox::{API_KEY, APP_KEY, Sandbox};
use tests::terraform::{Output, Terraform};

/// A Datadog, and a configuration of `count` equal monitors, or of as many different ones.
struct Scene {
    sandbox: Sandbox,
    terraform: Terraform,
}

const APPLY: [&str; 3] = ["apply", "-input=false", "-auto-approve"];
const DESTROY: [&str; 3] = ["destroy", "-input=false", "-auto-approve"];

fn config(provider: &str, resource: &str) -> String {
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
  type    = "query alert"
  query   = "avg(last_5m):avg:funds.error_rate{{*}} by {{bank_code}} > 0.5"
  message = "The bank fails.\n"
  tags    = ["service:funds", "a:1"]
  monitor_thresholds {{ critical = "0.50" }}
{resource}
}}
"#
    )
}

/// One monitor. Datadog is not asked at plan, so that each POST is a create.
const ONE: &str = "  name     = \"twin\"\n  validate = false";

/// What Datadog is sent for [`ONE`].
fn twin() -> Value {
    json!({
        "name": "twin",
        "type": "query alert",
        "query": "avg(last_5m):avg:funds.error_rate{*} by {bank_code} > 0.5",
        "message": "The bank fails.",
        "tags": ["a:1", "service:funds"],
        "options": {"thresholds": {"critical": 0.5}},
    })
}

impl Scene {
    fn new(provider: &str, resource: &str) -> anyhow::Result<Self> {
        let sandbox = Sandbox::start(&[])?;
        let mut terraform = Terraform::from_text(&config(provider, resource))?;
        terraform.env("DD_API_KEY", API_KEY);
        terraform.env("DD_APP_KEY", APP_KEY);
        terraform.env("DD_HOST", sandbox.url());
        terraform.must(&["init", "-input=false"])?;
        Ok(Self { sandbox, terraform })
    }

    fn fault(&self, fault: &Value) -> anyhow::Result<()> {
        self.sandbox.faults(&json!({"datadog": fault}))
    }

    /// Runs terraform under a fault, which is gone afterwards.
    fn under(&self, fault: &Value, arguments: &[&str]) -> anyhow::Result<Output> {
        self.fault(fault)?;
        let output = self.terraform.run(arguments)?;
        self.fault(&Value::Null)?;
        Ok(output)
    }

    /// The ids in the state, the tainted ones among them.
    fn state(&self) -> anyhow::Result<BTreeSet<String>> {
        let Ok(text) = self.terraform.read("terraform.tfstate") else {
            return Ok(BTreeSet::new());
        };
        let state: Value = serde_json::from_str(&text)?;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let instances = list(&state["resources"])
            .iter()
            .flat_map(|resource| list(&resource["instances"]))
            .collect::<Vec<_>>();
        instances
            .iter()
            .map(|instance| instance["attributes"]["id"].as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .context("an instance without id")
    }

    /// The ids that Datadog has.
    fn datadog(&self) -> anyhow::Result<BTreeSet<String>> {
        let all = self.sandbox.datadog().get("/api/v1/monitor")?.ok()?;
        let all = all.as_array().context("a list")?;
        Ok(all
            .iter()
            .map(|monitor| monitor["id"].to_string())
            .collect())
    }

    /// Ends with as many monitors, every one of them in the state, and nothing left to do if `settled`.
    fn ends_with(&self, monitors: usize, settled: bool) -> anyhow::Result<()> {
        let (state, datadog) = (self.state()?, self.datadog()?);
        ensure!(state == datadog, "state {state:?}, datadog {datadog:?}");
        ensure!(state.len() == monitors, "{monitors} expected: {state:?}");
        let plan = self.terraform.plan()?;
        ensure!((plan.code == 0) == settled, "{}", plan.text);
        Ok(())
    }
}

/// The text of an output on one line, without the frame that terraform draws.
fn flat(output: &Output) -> String {
    let text = output.text.replace(['│', '╷', '╵'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A fault that meets an apply; settings of the provider; monitors afterwards; what an error must say, or nothing.
type Row = (&'static str, &'static str, usize, &'static [&'static str]);

/// Impatience, in place of minutes.
const SHORT: &str = "  request_timeout = 1\n  http_client_retry_timeout = 5";

/// Everything that can happen to a create.
#[rustfmt::skip]
const CREATES: [Row; 14] = [
    (r#"{"method": "POST", "status": 429, "count": 2}"#, "", 1, &[]),
    (r#"{"method": "POST", "status": 429, "count": 2, "headers": false}"#, "", 1, &[]),
    (r#"{"status": 429}"#, SHORT, 0, &["rate limit `monitors`", "nothing got through", "-parallelism"]),
    (r#"{"method": "POST", "status": 429, "headers": false}"#, SHORT, 0, &["nothing got through", "http_client_retry_timeout"]),
    (r#"{"method": "POST", "status": 500, "count": 2}"#, "", 1, &[]),
    (r#"{"status": 503}"#, "", 0, &["`GET /api/v1/monitor", "status 503 in 5 attempts", "an HTML page"]),
    (r#"{"method": "POST", "status": 503}"#, "", 0, &["status 503", "`twin` was not created", "sent 3 times"]),
    (r#"{"method": "POST", "status": 200, "html": true, "count": 1}"#, "", 1, &[]),
    (r#"{"status": 200, "html": true}"#, "", 0, &["an HTML page", "is `api_url` really a datadog api?"]),
    (r#"{"method": "POST", "drop": "before", "count": 1}"#, "", 1, &[]),
    (r#"{"method": "POST", "drop": "after", "count": 1}"#, "", 1, &[]),
    (r#"{"method": "POST", "status": 502, "after": true, "count": 1}"#, "", 1, &[]),
    (r#"{"method": "POST", "status": 200, "html": true, "after": true}"#, "", 1, &[]),
    (r#"{"method": "POST", "hold": true}"#, SHORT, 0, &["no answer from datadog", "`twin` was not created"]),
];

fn create((fault, provider, monitors, says): &Row) -> anyhow::Result<()> {
    let scene = Scene::new(provider, ONE)?;
    let output = scene.under(&serde_json::from_str(fault)?, &APPLY)?;
    let text = flat(&output);
    ensure!((output.code == 0) == says.is_empty(), "{text}");
    for part in *says {
        ensure!(text.contains(part), "`{part}` is missing in: {text}");
    }
    scene.ends_with(*monitors, says.is_empty())
}

#[test]
fn whatever_happens_to_a_create_no_monitor_is_left_outside_the_state() {
    let failures: Vec<String> = std::thread::scope(|scope| {
        let started: Vec<_> = CREATES
            .iter()
            .map(|row| (row, scope.spawn(|| create(row))))
            .collect();
        let ended = started.into_iter().filter_map(|(row, thread)| {
            let error = thread.join().expect("no panic").err()?;
            Some(format!("{}: {error:#}", row.0))
        });
        ended.collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_create_that_shows_up_late_is_found() -> anyhow::Result<()> {
    let scene = Scene::new("", ONE)?;
    scene.sandbox.faults(&json!({"list_lag_ms": 2500}))?;
    let fault = json!({"drop": "after", "count": 1, "method": "POST"});
    let output = scene.under(&fault, &APPLY)?;
    ensure!(output.code == 0, "{}", output.text);
    scene.ends_with(1, true)
}

#[test]
fn equal_monitors_whose_answers_are_all_lost_are_each_their_own() -> anyhow::Result<()> {
    let scene = Scene::new("", &format!("  count = 3\n{ONE}"))?;
    let fault = json!({"status": 502, "after": true, "method": "POST"});
    let output = scene.under(&fault, &APPLY)?;
    ensure!(output.code == 0, "{}", output.text);
    scene.ends_with(3, true)
}

#[test]
fn a_twin_that_was_there_is_not_adopted() -> anyhow::Result<()> {
    for after in [false, true] {
        let scene = Scene::new("", ONE)?;
        let twin = scene.sandbox.create_monitor(&twin())?;
        let fault = json!({"status": 502, "count": 1, "method": "POST", "after": after});
        let output = scene.under(&fault, &APPLY)?;
        ensure!(output.code == 0, "{}", output.text);
        let state = scene.state()?;
        ensure!(state.len() == 1 && !state.contains(&twin), "{state:?}");
        let datadog = scene.datadog()?;
        ensure!(
            datadog.len() == 2 && datadog.is_superset(&state),
            "{datadog:?}"
        );
    }
    Ok(())
}

/// What an apply waits for when it is interrupted, and what it then says.
const INTERRUPTED: [(&str, &[&str]); 3] = [
    (
        r#"{"hold": true}"#,
        &["`twin`", "may exist", "terraform was interrupted"],
    ),
    (
        r#"{"status": 502}"#,
        &["`twin`", "may exist", "terraform was interrupted"],
    ),
    (
        r#"{"status": 429, "headers": false}"#,
        &["interrupted before `POST /api/v1/monitor` was sent"],
    ),
];

#[test]
fn an_interrupt_ends_every_wait_and_says_what_may_be_left() -> anyhow::Result<()> {
    for (fault, says) in INTERRUPTED {
        let scene = Scene::new("", ONE)?;
        let mut fault: Value = serde_json::from_str(fault)?;
        fault["method"] = "POST".into();
        scene.fault(&fault)?;
        let posted = || scene.sandbox.requests_of("POST /api/v1/monitor").ok() > Some(0);
        let output = scene.terraform.interrupt(&APPLY, posted)?;
        scene.fault(&Value::Null)?;
        let text = flat(&output);
        ensure!(output.code == 1, "{text}");
        for part in says {
            ensure!(text.contains(part), "`{part}` is missing in: {text}");
        }
        scene.ends_with(0, false)?;
    }
    Ok(())
}

/// What happens to the update, or to the delete, of a monitor that is there.
const LATER: [(&str, &str); 8] = [
    ("PUT", r#"{"status": 500, "count": 2}"#),
    ("PUT", r#"{"status": 502, "count": 1, "after": true}"#),
    ("PUT", r#"{"status": 409, "count": 1}"#),
    ("PUT", r#"{"drop": "after", "count": 1}"#),
    ("DELETE", r#"{"status": 500, "count": 2}"#),
    ("DELETE", r#"{"status": 502, "count": 1, "after": true}"#),
    ("DELETE", r#"{"drop": "after", "count": 1}"#),
    ("DELETE", r#"{"status": 429, "count": 1}"#),
];

#[test]
fn updates_and_deletes_are_carried_out_once_it_works() -> anyhow::Result<()> {
    let scene = Scene::new("", ONE)?;
    scene.terraform.must(&APPLY)?;
    for (i, (method, fault)) in LATER.into_iter().enumerate() {
        let mut fault: Value = serde_json::from_str(fault)?;
        fault["method"] = method.into();
        let resource = format!("{ONE}\n  renotify_interval = {}", i + 1);
        scene.terraform.write("main.tf", &config("", &resource))?;
        let deletes = method == "DELETE";
        let arguments = if deletes { DESTROY } else { APPLY };
        let output = scene.under(&fault, &arguments)?;
        ensure!(output.code == 0, "{fault}: {}", output.text);
        scene.ends_with(usize::from(!deletes), !deletes)?;
        scene.terraform.must(&APPLY)?;
    }
    Ok(())
}

#[test]
fn an_update_that_conflicts_again_is_an_error_that_says_so() -> anyhow::Result<()> {
    let scene = Scene::new("", ONE)?;
    scene.terraform.must(&APPLY)?;
    let resource = format!("{ONE}\n  renotify_interval = 1");
    scene.terraform.write("main.tf", &config("", &resource))?;
    let output = scene.under(&json!({"status": 409, "method": "PUT"}), &APPLY)?;
    ensure!(output.code == 1, "{}", output.text);
    ensure!(flat(&output).contains("status 409"), "{}", output.text);
    scene.ends_with(1, false)
}

/// Plan, apply, plan and destroy of a hundred monitors under a limit of 20 requests per so many seconds.
fn a_hundred_under_a_limit(period_s: u64) -> anyhow::Result<()> {
    let scene = Scene::new("", "  count = 100\n  name  = \"bank ${count.index}\"")?;
    let limit = json!({"rate_limit": {"limit": 20, "period_s": period_s}});
    scene.sandbox.faults(&limit)?;
    ensure!(scene.terraform.plan()?.code == 2, "nothing to do");
    scene.terraform.must(&APPLY)?;
    ensure!(scene.terraform.plan()?.code == 0, "something left to do");
    scene.sandbox.faults(&json!({"rate_limit": null}))?;
    scene.ends_with(100, true)?;
    scene.sandbox.faults(&limit)?;
    scene.terraform.must(&DESTROY)?;
    scene.sandbox.faults(&json!({"rate_limit": null}))?;
    ensure!(scene.datadog()?.is_empty(), "something is left");
    Ok(())
}

#[test]
fn a_hundred_monitors_get_by_under_a_rate_limit() -> anyhow::Result<()> {
    // Ten seconds take minutes in all: that is for `make proof`.
    let period = std::env::var("CB_LIMIT_PERIOD_S").unwrap_or_else(|_| "1".to_owned());
    a_hundred_under_a_limit(period.parse().context("CB_LIMIT_PERIOD_S")?)
}
