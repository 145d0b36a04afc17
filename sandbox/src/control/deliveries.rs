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
use crate::queue::QueueError;
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
    hub.change(|world, now| {
        world.queue.release(&id, now)?;
        world.log_delivery(&id, now);
        Ok::<_, QueueError>(())
    })?;
    Ok(Json(json!({"id": id})))
}

pub(super) async fn discard(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    hub.change(|world, now| {
        world.queue.discard(&id)?;
        world.log_delivery(&id, now);
        Ok::<_, QueueError>(())
    })?;
    Ok(Json(json!({"id": id})))
}

pub(super) async fn duplicate(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    let copy = hub.change(|world, now| {
        let copy = world.queue.duplicate(&id, &mut world.ids, now)?;
        world.log_delivery(&copy, now);
        Ok::<_, QueueError>(copy)
    })?;
    Ok(Json(json!({"id": id, "copy": copy})))
}

/// `{"ms": 90000}`, of virtual time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    ms: u64,
}

/// Lets a waiting delivery wait longer.
pub(super) async fn delay(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let Delay { ms } = parse(&body)?;
    hub.change(|world, now| {
        world.queue.postpone(&id, ms)?;
        world.log_delivery(&id, now);
        Ok::<_, QueueError>(())
    })?;
    Ok(Json(json!({"id": id})))
}

/// Ends a running invocation as its deadline would.
pub(super) async fn time_out(State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    hub.change(|world, now| {
        let running = world
            .queue
            .deliveries()
            .iter()
            .find(|delivery| delivery.id == id);
        let request_id = running.map(|delivery| delivery.request_id.clone());
        let request_id = request_id.ok_or(QueueError::Unknown(id.clone()))?;
        world.fail(&request_id, "Task timed out", now)
    })?;
    hub.kill_function();
    Ok(Json(json!({"id": id})))
}

pub(super) async fn dead_letters(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.look(|world, _| Json(json!(world.queue.dead())))
}

pub(super) async fn redrive(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let redriven = hub.change(|world, now| {
        let redriven = world.queue.redrive(&mut world.ids, now);
        for id in &redriven {
            world.log_delivery(id, now);
        }
        redriven
    });
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
        world.publish(incoming, now)
    });
    Ok(Json(json!({"delivery": id})))
}
