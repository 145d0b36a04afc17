//! What is compared: our provider, its peer, and two resources that Terraform carries out itself.

use super::probe;
use crate::sandbox::{API_KEY, APP_KEY};
use crate::terraform::{Plugin, Terraform};
use crate::tools;
use std::path::PathBuf;

/// The query of every monitor.
const QUERY: &str = "avg(last_5m):avg:bench.errors{env:prod} by {bank_code} > 0.5";

/// Terraform's own resource with a few short values: the least that anything costs.
pub(super) const FLOOR: &str = "floor";
/// The same resource with as many attributes and as much text as a monitor's state holds.
pub(super) const TWIN: &str = "twin";
/// Terraform takes minutes for more of them: its cost grows with the square.
const TWIN_LARGEST: usize = 100;

/// One of them.
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// The most monitors it is measured with.
    pub(super) largest: usize,
    plugin: Plugin,
    /// The program behind the probe.
    program: PathBuf,
    configuration: fn(usize, &str) -> String,
}

impl Subject {
    /// Terraform's floor first, then ours, then the peer.
    pub(super) fn all(peer: Option<PathBuf>) -> anyhow::Result<Vec<Self>> {
        let ours = Plugin::ours()?;
        let probed = |plugin: Plugin| -> anyhow::Result<Plugin> {
            Ok(Plugin {
                program: tools::program("cb-probe")?,
                ..plugin
            })
        };
        let new = |name, largest, configuration| -> anyhow::Result<Self> {
            Ok(Self {
                name,
                largest,
                program: ours.program.clone(),
                plugin: probed(ours.clone())?,
                configuration,
            })
        };
        let mut subjects = vec![
            new(FLOOR, usize::MAX, floor_text)?,
            new(TWIN, TWIN_LARGEST, twin_text)?,
            new("ours", usize::MAX, our_text)?,
        ];
        if let Some(program) = peer {
            let plugin = Plugin {
                address: "registry.terraform.io/datadog/datadog",
                version: "4.19.0".to_owned(),
                program: program.clone(),
            };
            subjects.push(Self {
                name: "peer",
                largest: usize::MAX,
                program,
                plugin: probed(plugin)?,
                configuration: peer_text,
            });
        }
        Ok(subjects)
    }

    /// A folder, initialised, with `size` monitors for the API at `url`.
    pub(super) fn prepare(&self, size: usize, url: &str) -> anyhow::Result<Terraform> {
        let mut terraform = Terraform::with_plugin(&(self.configuration)(size, url), &self.plugin)?;
        terraform.env(probe::PROGRAM, &self.program.display().to_string());
        terraform.env(probe::NOTES, &terraform.path("notes").display().to_string());
        terraform.env("DD_API_KEY", API_KEY);
        terraform.env("DD_APP_KEY", APP_KEY);
        terraform.must(&["init", "-input=false"])?;
        Ok(terraform)
    }

    /// The program's size in bytes.
    pub(super) fn bytes(&self) -> u64 {
        std::fs::metadata(&self.program).map_or(0, |file| file.len())
    }

    /// Whether a provider is started at all.
    pub(super) fn is_floor(&self) -> bool {
        matches!(self.name, FLOOR | TWIN)
    }
}

fn floor_text(size: usize, _: &str) -> String {
    format!(
        r#"
        resource "terraform_data" "m" {{
          count = {size}
          input = {{
            name    = "bench ${{count.index}}"
            type    = "query alert"
            query   = "{QUERY}"
            message = "More than half of the calls to {{{{bank_code.name}}}} fail."
          }}
        }}"#
    )
}

fn twin_text(size: usize, _: &str) -> String {
    let nulls: String = (0..33)
        .map(|n| format!("            some_attribute_{n} = null\n"))
        .collect();
    let line = format!(
        "{}: https://funds.example.com/dd_circuit_breaker/callback",
        contract::KEYWORD
    );
    let message = format!("{{{{#is_alert}}}}\\n{line}\\n{{{{/is_alert}}}}\\n").repeat(5);
    format!(
        r#"
        resource "terraform_data" "m" {{
          count = {size}
          input = {{
            name     = "bench ${{count.index}}"
            type     = "query alert"
            query    = "{QUERY}"
            message  = "More than half of the calls to {{{{bank_code.name}}}} fail."
            rendered = "{message}"
            breaker  = "bank"
            tags     = ["service:funds"]
            all_tags = ["circuit_breaker:bank", "service:funds"]
            monitor_thresholds = [{{ critical = "0.5", critical_recovery = "0.2" }}]
            callback = [{{
              url = "https://funds.example.com/dd_circuit_breaker/callback"
              on  = ["alert", "alert_recovery", "alert_to_warning", "warning", "warning_recovery"]
            }}]
{nulls}
          }}
        }}"#
    )
}

fn our_text(size: usize, url: &str) -> String {
    format!(
        r#"
        terraform {{
          required_providers {{
            circuitbreaker = {{ source = "circuitbreaker/circuitbreaker" }}
          }}
        }}
        provider "circuitbreaker" {{
          api_url   = "{url}"
          sns_topic = "breakers"
        }}
        resource "circuitbreaker_monitor" "m" {{
          count   = {size}
          name    = "bench ${{count.index}}"
          type    = "query alert"
          query   = "{QUERY}"
          message = "More than half of the calls to {{{{bank_code.name}}}} fail."
          breaker = "bank"
          tags    = ["service:funds"]
          monitor_thresholds {{
            critical          = "0.5"
            critical_recovery = "0.2"
          }}
          callback {{
            url = "https://funds.example.com/dd_circuit_breaker/callback"
          }}
        }}"#
    )
}

/// The same monitors as its users would write them: the callback lines by hand.
fn peer_text(size: usize, url: &str) -> String {
    let line = format!(
        "{}: https://funds.example.com/dd_circuit_breaker/callback",
        contract::KEYWORD
    );
    let block = |name: &str| format!("{{{{#is_{name}}}}}\n{line}\n{{{{/is_{name}}}}}\n");
    let blocks: String = ["alert", "alert_recovery", "warning"].map(block).concat();
    format!(
        r#"
        terraform {{
          required_providers {{
            datadog = {{ source = "datadog/datadog" }}
          }}
        }}
        provider "datadog" {{
          api_url = "{url}"
        }}
        resource "datadog_monitor" "m" {{
          count   = {size}
          name    = "bench ${{count.index}}"
          type    = "query alert"
          query   = "{QUERY}"
          message = <<-EOT
{blocks}
More than half of the calls to {{{{bank_code.name}}}} fail.
@sns-breakers
          EOT
          tags    = ["circuit_breaker:bank", "service:funds"]
          monitor_thresholds {{
            critical          = "0.5"
            critical_recovery = "0.2"
          }}
        }}"#
    )
}
