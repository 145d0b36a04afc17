//! Deliveries to the function: seen, released, lost, doubled; and the dead letter queue.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, parse};
use super::monitors::Of;
use crate::delivery::{Incoming, Origin};
use crate::hub::Hub;
use crate::sns::Publication;

pub(super) async fn list(State(hub): State<Arc<Hub>>, Query(of): Query<Of>) -> Json<Value> {
    hub.look(|world, _| {
        let deliveries = world.queue.deliveries().iter();
        Json(
            deliveries
                .filter(|delivery| of.wants(delivery.origin.monitor_id.as_deref()))
                .map(|d| json!(d))
                .collect(),
        )
    })
}

pub(super) async fn release(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    hub.change(|world, now| world.queue.release(&id, now))?;
    Ok(Json(json!({"id": id})))
}

pub(super) async fn discard(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    hub.change(|world, _| world.queue.discard(&id))?;
    Ok(Json(json!({"id": id})))
}

pub(super) async fn duplicate(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    let copy = hub.change(|world, now| world.queue.duplicate(&id, &mut world.ids, now))?;
    Ok(Json(json!({"id": id, "copy": copy})))
}

pub(super) async fn dead_letters(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| Json(json!(world.queue.dead())))
}

pub(super) async fn redrive(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let redriven = hub.change(|world, now| world.queue.redrive(&mut world.ids, now));
    Json(json!({"redriven": redriven}))
}

/// A message somebody publishes by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByHand {
    message: String,
    #[serde(default)]
    subject: Option<String>,
}

pub(super) async fn publish(
    State(hub): State<Arc<Hub>>,
    Path(topic): Path<String>,
    body: Bytes,
) -> Answer {
    let ByHand { message, subject } = parse(&body)?;
    let id = hub.change(|world, now| {
        let message_id = world.ids.uuid();
        let publication = Publication {
            topic,
            subject,
            message,
            message_id,
            at_ms: now.wall_ms,
        };
        let held = world.faults.hold_deliveries;
        let incoming = Incoming {
            publication,
            origin: Origin::default(),
            held,
        };
        world.queue.publish(incoming, &mut world.ids, now)
    });
    Ok(Json(json!({"delivery": id})))
}
