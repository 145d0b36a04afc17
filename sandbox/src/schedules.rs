//! Downtimes as clients of the API's second version know them: which monitors they are for, when they are, what they look like.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::{self, Moment};
use crate::monitor::{Downtime, Monitor};

/// By id, a UUID.
pub(crate) type Schedules = BTreeMap<String, Schedule>;

/// One downtime.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// As it mutes monitors.
    pub(crate) downtime: Downtime,
    monitors: Monitors,
    /// What the client sent, and the defaults.
    attributes: Map<String, Value>,
    created_ms: u64,
    modified_ms: u64,
    canceled_ms: Option<u64>,
}

/// Which monitors a downtime is for.
#[derive(Clone, Debug)]
enum Monitors {
    One(u64),
    /// Those that have all of these tags; `*` is every monitor.
    Tagged(Vec<String>),
}

impl Schedule {
    /// A new downtime out of the attributes that were sent; none if they say not what is to be muted, or when.
    pub(crate) fn new(number: u64, sent: &Map<String, Value>, now: Moment) -> Option<Self> {
        let mut attributes = json!({"message": null, "display_timezone": "UTC", "mute_first_recovery_notification": false,
            "notify_end_states": ["alert", "no data", "warn"], "notify_end_types": ["expired"]})
        .as_object()
        .cloned()?;
        attributes.extend(sent.clone());
        let which = attributes.get("monitor_identifier")?;
        let texts = |list: &Value| {
            list.as_array().map(|list| {
                list.iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            })
        };
        let monitors = match which.get("monitor_id").and_then(Value::as_u64) {
            Some(id) => Monitors::One(id),
            None => Monitors::Tagged(texts(which.get("monitor_tags")?)?),
        };
        let scope = attributes.get("scope")?.as_str()?;
        let scope = scope
            .replace(" AND ", ",")
            .split(',')
            .map(|tag| tag.trim().to_owned())
            .collect();
        let schedule = attributes.get("schedule").cloned().unwrap_or_default();
        let start = seconds(&schedule["start"])?.unwrap_or(now.wall_s());
        let end = seconds(&schedule["end"])?;
        Some(Self {
            downtime: Downtime {
                id: number,
                scope,
                start,
                end,
            },
            monitors,
            attributes,
            created_ms: now.wall_ms,
            modified_ms: now.wall_ms,
            canceled_ms: None,
        })
    }

    /// The downtime with some attributes changed; none if it makes no sense any more.
    pub(crate) fn changed(&self, sent: &Map<String, Value>, now: Moment) -> Option<Self> {
        let mut attributes = self.attributes.clone();
        attributes.extend(sent.clone());
        let created_ms = self.created_ms;
        Some(Self {
            created_ms,
            ..Self::new(self.downtime.id, &attributes, now)?
        })
    }

    pub(crate) fn cancel(&mut self, now: Moment) {
        self.canceled_ms.get_or_insert(now.wall_ms);
        self.modified_ms = now.wall_ms;
    }

    /// Whether it is for this monitor.
    pub(crate) fn is_for(&self, monitor: &Monitor) -> bool {
        let has = |tag: &String| tag == "*" || monitor.definition.tags().any(|own| own == tag);
        self.canceled_ms.is_none()
            && match &self.monitors {
                Monitors::One(id) => *id == monitor.id,
                Monitors::Tagged(tags) => tags.iter().all(has),
            }
    }

    /// The `data` object of an answer.
    pub(crate) fn to_json(&self, id: &str, now: Moment) -> Value {
        let Downtime { start, end, .. } = self.downtime;
        let status = match end {
            _ if self.canceled_ms.is_some() => "canceled",
            Some(end) if end <= now.wall_s() => "ended",
            _ if start > now.wall_s() => "scheduled",
            _ => "active",
        };
        let mut attributes = self.attributes.clone();
        let times = json!({"start": clock::iso_seconds(start * 1000), "end": end.map(|end| clock::iso_seconds(end * 1000))});
        for (key, value) in [
            ("schedule", times),
            ("status", json!(status)),
            ("created", json!(clock::iso_micros(self.created_ms))),
            ("modified", json!(clock::iso_micros(self.modified_ms))),
            ("canceled", json!(self.canceled_ms.map(clock::iso_micros))),
        ] {
            attributes.insert(key.to_owned(), value);
        }
        let monitor = match &self.monitors {
            Monitors::One(id) => json!({"type": "monitors", "id": id.to_string()}),
            Monitors::Tagged(_) => Value::Null,
        };
        json!({"type": "downtime", "id": id, "attributes": attributes, "relationships": {"monitor": {"data": monitor}}})
    }
}

/// A time as RFC 3339, or none; the outer none is nonsense.
fn seconds(time: &Value) -> Option<Option<u64>> {
    let Some(text) = time.as_str() else {
        return time.is_null().then_some(None);
    };
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(u64::try_from(time.unix_timestamp()).ok())
}
