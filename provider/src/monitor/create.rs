//! The create hook. How a monitor is found again whose answer was lost is `crate::datadog`'s; what makes one the same is said here.

use super::model::set;
use super::needs::{client, failed};
use super::sent::request;
use super::state;
use crate::config::Settings;
use crate::datadog::Wanted;
use serde_json::Value as Json;
use tfplugin::{Cx, Diagnostics, Value};

/// Creates the monitor and saves its id as soon as it is known.
///
/// # Errors
/// What Datadog said, or that its answer was lost and what that means.
pub(super) async fn create(cx: &mut Cx<Settings>, planned: Value) -> Result<Value, Diagnostics> {
    let (client, settings) = (client(cx)?, cx.client()?);
    let body = request(&planned, None);
    let wanted = Wanted {
        body: &body,
        same: &|remote| is_made_of(&planned, remote, &settings),
        stop: &cx.cancellation(),
    };
    let created = client.create_monitor(wanted).await.map_err(failed)?;
    let mut state = planned;
    set(&mut state, "id", created["id"].to_string().into());
    cx.save(state.clone());
    Ok(state)
}

/// Whether a read of the monitor would change nothing: its whole body is what was planned, up to what Datadog adds.
pub(super) fn is_made_of(planned: &Value, remote: &Json, settings: &Settings) -> bool {
    let mut state = planned.clone();
    set(&mut state, "id", remote["id"].to_string().into());
    state::read(&state, remote, settings).is_ok_and(|read| read == state)
}
