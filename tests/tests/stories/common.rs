//! What several stories start from.

use serde_json::{Value, json};
use tests::chain::{Chain, Store};
use tests::terraform::Terraform;

/// The group that fails.
pub(crate) const SICK: &str = "bank_code:0001";
/// A group that does not.
pub(crate) const WELL: &str = "bank_code:0002";

/// A chain with `examples/quickstart` applied; the id of its monitor. The folder of the
/// configuration goes with the value.
pub(crate) struct Applied {
    pub(crate) chain: Chain,
    pub(crate) terraform: Terraform,
    pub(crate) monitor: String,
}

impl Applied {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let chain = Chain::start(Store::Best)?;
        let terraform = chain.quickstart()?;
        terraform.apply()?;
        let monitor = terraform.output("monitor_id")?;
        Ok(Self {
            chain,
            terraform,
            monitor,
        })
    }

    pub(crate) fn set(&self, group: &str, status: &str) -> anyhow::Result<()> {
        self.chain.sandbox.set(&self.monitor, group, status)
    }
}

/// A monitor's body as a person would write it, with callback lines to `url` on alert and recovery.
pub(crate) fn monitor_body(name: &str, url: &str, tags: &[&str]) -> Value {
    let line = format!("circuit-breaker-callback: {url}");
    json!({
        "name": name,
        "type": "query alert",
        "query": "sum(last_5m):sum:funds.errors{*} by {bank_code}.as_count() > 10",
        "message": format!(
            "{{{{#is_alert}}}}\n{line}\n{{{{/is_alert}}}}{{{{#is_alert_recovery}}}}\n{line}\n\
             {{{{/is_alert_recovery}}}}\n\nThe bank fails.\n\n@sns-dd-circuit-breaker"
        ),
        "tags": tags,
        "options": {"thresholds": {"critical": 10}},
    })
}
