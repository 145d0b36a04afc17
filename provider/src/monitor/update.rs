//! The update hook: what Datadog holds is read first, because a PUT replaces `options` as a whole.

use super::needs::{client, failed, id};
use super::sent::request;
use crate::config::Settings;
use crate::datadog::Error;
use tfplugin::{Cx, Diagnostic, Diagnostics, Value};

/// The status of an update that crossed somebody else's.
const CONFLICT: u16 = 409;

/// Updates the monitor. One that somebody else changed meanwhile is read anew, and updated a second time.
///
/// # Errors
/// What Datadog said, or that the monitor is gone.
pub(super) async fn update(
    cx: &mut Cx<Settings>,
    prior: &Value,
    planned: Value,
) -> Result<Value, Diagnostics> {
    let (client, id) = (client(cx)?, id(prior)?);
    let mut conflicts = 0;
    loop {
        let held = cx
            .or_cancelled(client.read_monitor(&id))
            .await?
            .map_err(failed)?
            .ok_or_else(|| gone(&id))?;
        let body = request(&planned, Some(&held));
        match cx.or_cancelled(client.update_monitor(&id, &body)).await? {
            Ok(_) => return Ok(planned),
            Err(Error::NotFound { .. }) => return Err(gone(&id).into()),
            Err(Error::Refused { status, .. }) if status == CONFLICT && conflicts == 0 => {
                conflicts += 1;
            }
            Err(error) => return Err(failed(error).into()),
        }
    }
}

fn gone(id: &str) -> Diagnostic {
    Diagnostic::error("Monitor is gone").detail(format!(
        "monitor {id} was deleted since the plan was made: plan again to create it anew"
    ))
}
