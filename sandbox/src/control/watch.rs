//! What there is and what happens: the whole state at once, and each happening as a server-sent event.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, ControlError, parse};
use crate::hub::{Hub, Until};
use crate::log::Entry;
use crate::metrics;
use crate::monitor::Monitor;

/// Where to begin; without it, and without the header `Last-Event-ID`, with what happens next.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Since {
    after: Option<u64>,
}

/// Server-sent events without end: `id`, `event` (the kind) and `data` (the entry as JSON).
pub(super) async fn events(
    State(hub): State<Arc<Hub>>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let resumed = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let newest = hub.look(|world, _| world.log.last());
    let start = resumed.or(since.after).unwrap_or(newest);
    let stream = unfold(
        (hub, start, VecDeque::new()),
        |(hub, mut last, mut waiting)| async move {
            if waiting.is_empty() {
                waiting = news(&hub, last).await;
            }
            let entry = waiting.pop_front()?;
            last = entry.id;
            Some((Ok(sent(&entry)), (hub, last, waiting)))
        },
    );
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// What happened after an entry; waits for it.
async fn news(hub: &Hub, last: u64) -> VecDeque<Entry> {
    hub.wait(|world, _| {
        let entries = world.log.after(last);
        if entries.is_empty() {
            Err(Until::Change)
        } else {
            Ok(entries.into())
        }
    })
    .await
}

fn sent(entry: &Entry) -> Event {
    Event::default()
        .id(entry.id.to_string())
        .event(&entry.kind)
        .data(json!(entry).to_string())
}

/// The entries that are kept, as a list.
pub(super) async fn log(State(hub): State<Arc<Hub>>, Query(since): Query<Since>) -> Json<Value> {
    hub.look(|world, _| Json(json!(world.log.after(since.after.unwrap_or(0)))))
}

/// The run so far, to be saved as a file and played again.
pub(super) async fn record(State(hub): State<Arc<Hub>>) -> Json<Value> {
    Json(json!(hub.run()))
}

/// Everything a page shows.
pub(super) async fn state(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, now| {
        let monitors: Vec<Value> = world.monitors.values().map(|monitor| view(monitor, now.wall_s())).collect();
        let series = world.series.iter().map(|(name, line)| {
            let points: Vec<_> = line.points.iter().collect();
            json!({"metric": name.metric, "tags": name.tags, "points": points})
        });
        Json(json!({
            "last_event_id": world.log.last(),
            "clock": super::switches::shown(&hub, now),
            "monitors": monitors,
            "series": series.collect::<Vec<_>>(),
            "notifications": world.notices,
            "deliveries": world.queue.deliveries(),
            "dlq": world.queue.dead(),
            "function": {"rules": world.queue.rules, "ready": world.function.ready, "init_error": world.function.init_error},
            "faults": world.faults,
            "lines": hub.settings.lines,
            "service_url": hub.settings.service_url,
            "form": world.form,
            "requests": world.requests,
        }))
    })
}

fn view(monitor: &Monitor, now_s: u64) -> Value {
    let groups = monitor.groups.iter().map(|(name, group)| {
        let mut shown = group.to_json(name);
        shown["muted"] = json!(monitor.is_muted(name, now_s));
        shown
    });
    json!({
        "id": monitor.id.to_string(),
        "definition": monitor.definition.map(),
        "overall_state": monitor.overall().name(),
        "evaluates": metrics::evaluates(monitor),
        "groups": groups.collect::<Vec<_>>(),
        "downtimes": monitor.downtimes,
    })
}

/// Something that happened elsewhere: a callback that a service got, a breaker that opened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    kind: String,
    #[serde(default)]
    data: Value,
}

/// Takes a report in, so that it stands in line with everything else.
pub(super) async fn report(State(hub): State<Arc<Hub>>, body: Bytes) -> Answer {
    let Report { kind, data } = parse(&body)?;
    let plain = |c: char| c.is_ascii_lowercase() || c == '_';
    if kind.is_empty() || !kind.chars().all(plain) {
        return Err(ControlError::Value(format!(
            "`{kind}` is no kind: write small letters and `_`"
        )));
    }
    let id = hub.change(|world, now| {
        world.log.add(now, &kind, data);
        world.log.last()
    });
    Ok(Json(json!({"id": id})))
}

/// How many minutes back; an hour without it, a day at most.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct While {
    minutes: Option<u64>,
}

/// What a monitor's query measured, by group, minute by minute.
pub(super) async fn values(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    Query(While { minutes }): Query<While>,
) -> Answer {
    let minutes = minutes.unwrap_or(60).min(24 * 60);
    hub.look(|world, now| {
        let monitor = id.parse().ok().and_then(|id| world.monitors.get(&id));
        let monitor = monitor.ok_or(ControlError::NoMonitor(id))?;
        let groups = metrics::curve(monitor, &world.series, (minutes, now));
        Ok(Json(json!({"groups": groups})))
    })
}

/// Evaluates every monitor now; answers what was told.
pub(super) async fn evaluate(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let told = hub.change(|world, now| {
        metrics::catch_up(world, now);
        metrics::evaluate(world, now)
    });
    Json(json!({"notifications": told}))
}
