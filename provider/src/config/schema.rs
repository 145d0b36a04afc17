//! The schema of the `provider` block.

use super::LINTS;
use crate::datadog::{ApiUrl, SITES};
use crate::{names, timeouts};
use tfplugin::{Attribute, Block, Schema, Type, checks};

/// The schema of the block.
pub(crate) fn schema() -> Schema {
    Schema::new(ABOUT)
        .attributes(reach())
        .attributes(timeouts::attributes())
        .attributes(defaults())
        .blocks([Block::single("default_tags")
            .describe("Tags that every monitor gets.")
            .attributes([Attribute::map("tags", Type::String).optional().describe(
                "Tags as `key = \"value\"`. A monitor's own tag with the same key wins.",
            )])])
}

/// What the registry page says first.
const ABOUT: &str = "Datadog monitors that trip and reset circuit breakers.\n\nA `circuitbreaker_monitor` takes the \
    arguments of `datadog_monitor` and adds callbacks: on each transition of the monitor, Datadog notifies an SNS topic, \
    one generic Lambda function calls your service, and the service opens or closes its breaker. `terraform plan` shows \
    the whole message before anything is sent.";

fn reach() -> [Attribute; 4] {
    let api_url = |url: &str| {
        ApiUrl::choose(Some(url), None)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    [
        Attribute::string("api_key").optional().sensitive().describe("Datadog API key. Default: `DD_API_KEY`."),
        Attribute::string("app_key").optional().sensitive().describe("Datadog application key. Default: `DD_APP_KEY`."),
        Attribute::string("site").optional().check(checks::one_of(SITES.iter().copied())).describe(format!(
            "Datadog site: {}. Default: `DD_SITE`, else `datadoghq.com`.",
            SITES.iter().map(|site| format!("`{site}`")).collect::<Vec<_>>().join(", ")
        )),
        Attribute::string("api_url").optional().check(checks::text(api_url)).describe(
            "URL of the API instead of the site's, for a proxy or a sandbox. Default: `DD_HOST`.",
        ),
    ]
}

fn defaults() -> [Attribute; 5] {
    [
        Attribute::string("sns_topic").optional().check(checks::text(names::check_topic)).describe(
            "Name of the SNS topic, as in `@sns-NAME`, for monitors with callbacks that name none.",
        ),
        Attribute::set("notify", Type::String).optional().describe(
            "Handles, each with its `@`, that every monitor notifies unless it sets `notify` itself.",
        ),
        Attribute::list("allowed_callback_hosts", Type::String).optional().check_each(checks::text(host_pattern)).describe(
            "Hosts that callbacks may name, each a host or `*.suffix`. Checked at plan. Default: any.",
        ),
        Attribute::bool("allow_insecure_callbacks").optional().describe(
            "Accept `http://localhost` callbacks, with a warning. For a laptop only. Default `false`.",
        ),
        Attribute::string("lint").optional().check(checks::one_of(LINTS)).describe(
            "What becomes of advice about monitors that drive breakers: `warn`, `error` or `off`. Default `warn`.",
        ),
    ]
}

fn host_pattern(pattern: &str) -> Result<(), String> {
    let host = pattern.strip_prefix("*.").unwrap_or(pattern);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if host.is_empty() || !host.chars().all(plain) {
        return Err(format!(
            "`{pattern}` is no host: write `funds.example.com` or `*.example.com`, without scheme, port or path"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_hosts() {
        for good in ["funds.example.com", "*.example.com", "localhost"] {
            assert_eq!(host_pattern(good), Ok(()), "{good}");
        }
        for bad in [
            "https://funds.example.com",
            "funds.example.com:443",
            "a/b",
            "",
            "*.",
        ] {
            assert!(host_pattern(bad).is_err(), "{bad}");
        }
    }
}
