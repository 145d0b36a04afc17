//! The question to Datadog, during plan, whether it would accept what is planned: asked once all of it is known, for
//! what changes only, and not again within a quarter of an hour.

use super::model::set;
use super::{schema, sent};
use crate::config::Settings;
use crate::datadog::Error;
use crate::validated::digest;
use tfplugin::{Cx, Diagnostic, Diagnostics, Severity, Value};

/// Reports an error when Datadog would refuse the plan, and a warning when it could not be asked.
pub(super) async fn accepted(
    cx: &mut Cx<Settings>,
    settings: &Settings,
    prior: Option<&Value>,
    planned: &Value,
) -> Result<(), Diagnostics> {
    let mut complete = planned.clone();
    set(&mut complete, "id", Value::Null);
    let wanted = planned.get("validate").as_bool() != Some(false) && complete.is_wholly_known();
    let Some(client) = settings.client.as_ref().filter(|_| wanted) else {
        return Ok(());
    };
    // A monitor that is to be replaced is judged as the new one it will be.
    let kept = prior.filter(|prior| schema::keeps_type(prior, planned));
    let id = kept.and_then(|prior| prior.get("id").as_str());
    let body = sent::request(planned, None);
    let digest = digest(&client.validate_url(id), &body);
    if settings.validated.contains(&digest) {
        return Ok(());
    }
    match cx.or_cancelled(client.validate_monitor(id, &body)).await? {
        Ok(()) => settings.validated.insert(digest),
        Err(error) => cx.report(told(&error)),
    }
    Ok(())
}

fn told(error: &Error) -> Diagnostic {
    let refused = matches!(error, Error::Refused { .. } | Error::Forbidden { .. });
    let (severity, summary) = if refused {
        (Severity::Error, "Datadog would refuse this monitor")
    } else {
        (
            Severity::Warning,
            "Datadog could not be asked about this monitor",
        )
    };
    Diagnostic {
        severity,
        ..Diagnostic::error(summary).detail(error.to_string())
    }
}
