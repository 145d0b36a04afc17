//! What every hook that asks Datadog something needs: the client, the id, and words for what went wrong.

use crate::config::Settings;
use crate::datadog::{Client, Error};
use tfplugin::{Cx, Diagnostic, Diagnostics, Value};

/// The client, once everything it is made of is known.
pub(super) fn client(cx: &Cx<Settings>) -> Result<Client, Diagnostics> {
    Ok(cx.client()?.reach_now()?.clone())
}

/// The id in state.
pub(super) fn id(state: &Value) -> Result<String, Diagnostic> {
    let id = state.get("id").as_str().map(str::to_owned);
    id.ok_or_else(|| {
        Diagnostic::error("State without id")
            .detail("the state names no monitor: import it again")
            .at("id")
    })
}

/// A request that did not end well.
pub(super) fn failed(error: Error) -> Diagnostic {
    Diagnostic::error("Request to Datadog failed").detail(error.to_string())
}
