//! The body that is sent for a planned monitor: to be judged, created or updated.

use super::{body, tags};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use tfplugin::{FromValue, Value};

/// The body for what was planned; everything in it is known by now. `held` is what Datadog has, for an update.
pub(super) fn request(planned: &Value, held: Option<&Json>) -> Json {
    let message = planned.get("rendered_message").as_str().unwrap_or_default();
    let mut tags = BTreeSet::from_value(planned.get("effective_tags")).unwrap_or_default();
    if let Some(held) = held {
        tags.extend(tags::of_others(planned, &tags, &tags::held(held)));
    }
    body::request(planned, message, &tags, held)
}
