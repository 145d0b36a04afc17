//! Where Datadog is and with which keys it is asked: the block's words, else the environment's.

use super::{Block, Surroundings};
use crate::datadog::{ApiUrl, Keys};
use tfplugin::{Attr, Diagnostic, Diagnostics, Sensitive};

/// The attributes of the two keys, and the environment variables that stand in for them.
const API_KEY: (&str, &str) = ("api_key", "DD_API_KEY");
const APP_KEY: (&str, &str) = ("app_key", "DD_APP_KEY");

/// URL and keys; `None` while one of them is unknown, and without keys.
pub(super) fn chosen(
    block: &Block,
    surroundings: &Surroundings,
) -> Result<Option<(ApiUrl, Keys)>, Diagnostics> {
    let [api, app] = keys(block, surroundings);
    let url = filled(&block.api_url, "DD_HOST", surroundings);
    let site = filled(&block.site, "DD_SITE", surroundings);
    // An API URL makes the site irrelevant, known or not.
    let open = url.is_unknown() || (url.is_null() && site.is_unknown());
    let (Attr::Known(api), Attr::Known(app), false) = (api, app, open) else {
        return Ok(None);
    };
    let url = ApiUrl::choose(url.as_str(), site.as_str()).map_err(|error| {
        let place = if url.is_null() { "site" } else { "api_url" };
        Diagnostic::error("Unknown Datadog API")
            .detail(error.to_string())
            .at(place)
    })?;
    Ok(Some((url, Keys { api, app })))
}

fn keys(block: &Block, surroundings: &Surroundings) -> [Attr<String>; 2] {
    [
        filled(&revealed(&block.api_key), API_KEY.1, surroundings),
        filled(&revealed(&block.app_key), APP_KEY.1, surroundings),
    ]
}

fn revealed(key: &Attr<Sensitive<String>>) -> Attr<String> {
    key.as_ref().map(|key| key.reveal().clone())
}

/// The setting, else the variable; an empty text counts as none.
fn filled(written: &Attr<String>, variable: &str, surroundings: &Surroundings) -> Attr<String> {
    let filled = |text: &String| !text.trim().is_empty();
    match written {
        Attr::Known(text) if filled(text) => Attr::Known(text.trim().to_owned()),
        Attr::Unknown => Attr::Unknown,
        _ => (surroundings.environment)(variable)
            .filter(filled)
            .map(|text| text.trim().to_owned())
            .into(),
    }
}

/// What is to be said once Datadog must be asked; empty when both keys are there or yet to come.
pub(super) fn missing_keys(block: &Block, surroundings: &Surroundings) -> Diagnostics {
    let missing = |(name, variable)| {
        Diagnostic::error("Missing Datadog key").detail(format!(
            "set the environment variable `{variable}`, or `{name}` in the provider block"
        ))
    };
    let named = keys(block, surroundings)
        .into_iter()
        .zip([API_KEY, APP_KEY]);
    named
        .filter(|(key, _)| key.is_null())
        .map(|(_, names)| missing(names))
        .collect()
}
