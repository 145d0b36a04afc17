//! `cb-sandbox`, and what a test asks of it.

use crate::http::Client;
use crate::process::Process;
use crate::{tools, wait};
use anyhow::Context;
use serde_json::{Value, json};
use std::process::Command;

/// The keys that the sandbox accepts.
pub const API_KEY: &str = "sandbox-api-key";
/// See [`API_KEY`].
pub const APP_KEY: &str = "sandbox-app-key";

/// A running sandbox with the real `bootstrap` as its Lambda.
#[derive(Debug)]
pub struct Sandbox {
    control: Client,
    datadog: Client,
    process: Process,
}

impl Sandbox {
    /// Starts it; `lambda` holds the environment of the Lambda.
    ///
    /// # Errors
    /// When a program is not built or does not start.
    pub fn start(lambda: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut command = Command::new(tools::program("cb-sandbox")?);
        command
            .args(["--port", "0"])
            .arg("--bootstrap")
            .arg(tools::program("bootstrap")?);
        for (name, value) in lambda {
            command.arg("--lambda-env").arg(format!("{name}={value}"));
        }
        let mut process = Process::start("cb-sandbox", &mut command)?;
        let url = process.wait_line(|line| {
            line.strip_prefix("cb-sandbox listening on ")
                .map(str::to_owned)
        })?;
        let keys = vec![
            ("DD-API-KEY", API_KEY.to_owned()),
            ("DD-APPLICATION-KEY", APP_KEY.to_owned()),
        ];
        Ok(Self {
            control: Client::new(&url, Vec::new()),
            datadog: Client::new(&url, keys),
            process,
        })
    }

    /// The base URL, which is Datadog's too.
    #[must_use]
    pub fn url(&self) -> &str {
        self.control.base()
    }

    /// The client of its Datadog API, with the right keys.
    #[must_use]
    pub fn datadog(&self) -> &Client {
        &self.datadog
    }

    /// The client of what the sandbox itself answers.
    #[must_use]
    pub fn control(&self) -> &Client {
        &self.control
    }

    /// What it has printed, the lines of the Lambda among it.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.process.log()
    }

    /// Creates a monitor past Terraform, and returns its id.
    ///
    /// # Errors
    /// When Datadog's side refuses the body.
    pub fn create_monitor(&self, body: &Value) -> anyhow::Result<String> {
        let made = self.datadog.post("/api/v1/monitor", body)?.ok()?;
        Ok(made.get("id").context("an id in the answer")?.to_string())
    }

    /// The monitor as Datadog holds it.
    ///
    /// # Errors
    /// When there is none.
    pub fn monitor(&self, id: &str) -> anyhow::Result<Value> {
        self.datadog.get(&format!("/api/v1/monitor/{id}"))?.ok()
    }

    /// Puts `group` of a monitor into `status` (`Alert`, `OK`, `Warn`, `No Data`), which notifies.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn set(&self, monitor: &str, group: &str, status: &str) -> anyhow::Result<()> {
        let path = format!("/_sandbox/monitors/{monitor}/groups");
        self.control
            .post(&path, &json!({"group": group, "status": status}))?
            .ok()?;
        Ok(())
    }

    /// Sets faults; absent fields stay as they are.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn faults(&self, faults: &Value) -> anyhow::Result<()> {
        self.control.post("/_sandbox/faults", faults)?.ok()?;
        Ok(())
    }

    /// Sends the monitor's test notification.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn test_notification(&self, monitor: &str) -> anyhow::Result<()> {
        self.control
            .post(&format!("/_sandbox/monitors/{monitor}/test"), &json!({}))?
            .ok()?;
        Ok(())
    }

    /// Sets the form of the text in SNS: `2018` or `2026`.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn form(&self, form: &str) -> anyhow::Result<()> {
        self.control
            .post("/_sandbox/form", &json!({"form": form}))?
            .ok()?;
        Ok(())
    }

    /// Moves the virtual clock.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn advance(&self, seconds: u64) -> anyhow::Result<()> {
        self.control
            .post("/_sandbox/clock", &json!({"advance_ms": seconds * 1000}))?
            .ok()?;
        Ok(())
    }

    /// All deliveries so far, oldest first.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn deliveries(&self) -> anyhow::Result<Vec<Value>> {
        let list = self.control.get("/_sandbox/deliveries")?.ok()?;
        Ok(list.as_array().cloned().unwrap_or_default())
    }

    /// Waits until delivery `index` (oldest first) satisfies `accept`, and returns it.
    ///
    /// # Errors
    /// When it never does: the deliveries as they are.
    pub fn wait_delivery(
        &self,
        index: usize,
        what: &str,
        accept: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        wait::until(&format!("delivery {index} to be {what}"), || {
            self.deliveries()
                .ok()?
                .into_iter()
                .nth(index)
                .filter(|delivery| accept(delivery))
        })
        .with_context(|| format!("deliveries: {:?}", self.deliveries()))
    }

    /// Waits until delivery `index` is in `state` (`delivered`, `dead`, `held`, …).
    ///
    /// # Errors
    /// When it never is.
    pub fn wait_state(&self, index: usize, state: &str) -> anyhow::Result<Value> {
        self.wait_delivery(index, state, |delivery| delivery["state"] == state)
    }

    /// Waits until delivery `index` has been tried `attempts` times.
    ///
    /// # Errors
    /// When it never is.
    pub fn wait_attempts(&self, index: usize, attempts: usize) -> anyhow::Result<Value> {
        self.wait_delivery(index, &format!("tried {attempts} times"), |delivery| {
            delivery["attempts"]
                .as_array()
                .is_some_and(|tried| tried.len() >= attempts)
        })
    }

    /// Does `action` (`release`, `duplicate`, `drop`) to a delivery.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn delivery(&self, id: &Value, action: &str) -> anyhow::Result<()> {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        self.control
            .post(&format!("/_sandbox/deliveries/{id}/{action}"), &json!({}))?
            .ok()?;
        Ok(())
    }

    /// The dead letter queue.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn dead_letters(&self) -> anyhow::Result<Vec<Value>> {
        let list = self.control.get("/_sandbox/dlq")?.ok()?;
        Ok(list.as_array().cloned().unwrap_or_default())
    }

    /// How many requests of `route` (`POST /api/v1/monitor`) the Datadog API has had.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn requests_of(&self, route: &str) -> anyhow::Result<u64> {
        let counts = self.control.get("/_sandbox/requests")?.ok()?;
        Ok(counts["routes"][route].as_u64().unwrap_or(0))
    }

    /// How many requests the Datadog API has had.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn requests(&self) -> anyhow::Result<u64> {
        let counts = self.control.get("/_sandbox/requests")?.ok()?;
        counts["total"]
            .as_u64()
            .with_context(|| format!("a total in {counts}"))
    }
}
