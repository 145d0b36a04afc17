//! Monitors: the status of their groups, test notifications, what was told to whom.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, ControlError, parse};
use crate::alerting::transition::Transition;
use crate::alerting::{self, Change};
use crate::hub::Hub;
use crate::monitor::{Downtime, UnknownStatus};

/// `{"group": "bank_code:0001", "status": "Alert"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupStatus {
    /// `*` is the only group of a simple alert.
    #[serde(default = "whole")]
    group: String,
    status: String,
    /// Text or number.
    #[serde(default)]
    value: Option<Value>,
    #[serde(default)]
    silent: bool,
    #[serde(default)]
    renotify: bool,
}

fn whole() -> String {
    "*".to_owned()
}

fn monitor_id(text: &str) -> Result<u64, ControlError> {
    text.parse()
        .map_err(|_| ControlError::NoMonitor(text.to_owned()))
}

/// Sets a group's status; answers what was told, or `null` if nothing was.
pub(super) async fn set_group(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let asked: GroupStatus = parse(&body)?;
    let change = Change {
        status: asked
            .status
            .parse()
            .map_err(|error: UnknownStatus| ControlError::Value(error.to_string()))?,
        group: asked.group,
        value: asked.value.map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        }),
        silent: asked.silent,
        renotify: asked.renotify,
    };
    let number = monitor_id(&id)?;
    let notice = hub.change(|world, now| alerting::set_group(world, number, &change, now));
    let notice = notice.ok_or(ControlError::NoMonitor(id))?;
    Ok(Json(json!({"notification": notice})))
}

/// `{"transition": "alert", "group": "bank_code:0001"}`, both optional.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    #[serde(default = "alert")]
    transition: String,
    #[serde(default)]
    group: Option<String>,
}

fn alert() -> String {
    Transition::Alert.name().to_owned()
}

/// Sends a test notification, as the button in Datadog's monitor editor does.
pub(super) async fn test(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let asked: Test = parse(&body)?;
    let unknown = || {
        ControlError::Value(format!(
            "`{}` is no transition: use alert, alert_recovery, …",
            asked.transition
        ))
    };
    let transition = Transition::named(&asked.transition).ok_or_else(unknown)?;
    let number = monitor_id(&id)?;
    let what = (transition, asked.group.as_deref());
    let notice = hub.change(|world, now| alerting::test_notification(world, number, what, now));
    Ok(Json(
        json!({"notification": notice.ok_or(ControlError::NoMonitor(id))?}),
    ))
}

/// `{"scope": ["bank_code:0001"]}`; every group without it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    #[serde(default = "everything")]
    scope: Vec<String>,
}

fn everything() -> Vec<String> {
    vec![whole()]
}

/// Begins a downtime of one monitor.
pub(super) async fn begin_downtime(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let Scope { scope } = parse(&body)?;
    let number = monitor_id(&id)?;
    hub.change(|world, now| {
        let monitor = world
            .monitors
            .get_mut(&number)
            .ok_or(ControlError::NoMonitor(id))?;
        let downtime = Downtime {
            id: world.ids.downtime(),
            scope,
            start: now.wall_s(),
            end: None,
        };
        monitor.downtimes.push(downtime.clone());
        world.log(
            now,
            "downtime",
            json!({"monitor_id": number.to_string(), "begun": downtime}),
        );
        Ok(Json(json!(downtime)))
    })
}

/// Ends all downtimes of one monitor. What happened meanwhile is not told afterwards.
pub(super) async fn end_downtimes(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    let number = monitor_id(&id)?;
    hub.change(|world, now| {
        let monitor = world
            .monitors
            .get_mut(&number)
            .ok_or(ControlError::NoMonitor(id))?;
        let ended = std::mem::take(&mut monitor.downtimes);
        monitor.forget_swallowed();
        world.log(
            now,
            "downtime",
            json!({"monitor_id": number.to_string(), "ended": ended}),
        );
        Ok(Json(json!({"ended": ended})))
    })
}

/// Whose notifications are wanted; all without it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    pub(super) monitor_id: Option<String>,
}

impl Of {
    /// Whether something of this monitor is wanted.
    pub(super) fn wants(&self, monitor_id: Option<&str>) -> bool {
        self.monitor_id.is_none() || self.monitor_id.as_deref() == monitor_id
    }
}

/// Every notification, to SNS and to others, oldest first.
pub(super) async fn notifications(
    State(hub): State<Arc<Hub>>,
    Query(of): Query<Of>,
) -> Json<Value> {
    hub.look(|world, _| {
        Json(
            world
                .notices
                .iter()
                .filter(|notice| of.wants(Some(&notice.monitor_id)))
                .map(|n| json!(n))
                .collect(),
        )
    })
}
