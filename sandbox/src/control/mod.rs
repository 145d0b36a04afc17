//! The sandbox's own interface, under `/_sandbox`: what a story or a person turns, and what they see.

mod monitors;
mod deliveries;
mod switches;
mod watch;
mod answer;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::hub::Hub;

/// Everything under `/_sandbox`.
pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .merge(switched())
        .merge(watched())
        .merge(monitored())
        .merge(delivered())
}

/// What people turn.
fn switched() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_sandbox/healthz", get(switches::health))
        .route(
            "/_sandbox/clock",
            get(switches::clock).post(switches::advance),
        )
        .route(
            "/_sandbox/faults",
            get(switches::faults).post(switches::set_faults),
        )
        .route(
            "/_sandbox/function",
            get(switches::function).post(switches::set_function),
        )
        .route(
            "/_sandbox/form",
            get(switches::form).post(switches::set_form),
        )
        .route("/_sandbox/requests", get(switches::requests))
        .route("/_sandbox/reset", post(switches::reset))
}

/// What people see.
fn watched() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_sandbox/state", get(watch::state))
        .route("/_sandbox/events", get(watch::events))
        .route("/_sandbox/log", get(watch::log))
        .route("/_sandbox/reports", post(watch::report))
        .route("/_sandbox/record", get(watch::record))
        .route("/_sandbox/notifications", get(monitors::notifications))
}

fn monitored() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_sandbox/evaluate", post(watch::evaluate))
        .route("/_sandbox/monitors/{id}/groups", post(monitors::set_group))
        .route("/_sandbox/monitors/{id}/test", post(monitors::test))
        .route("/_sandbox/monitors/{id}/values", get(watch::values))
        .route(
            "/_sandbox/monitors/{id}/downtimes",
            post(monitors::begin_downtime).delete(monitors::end_downtimes),
        )
}

fn delivered() -> Router<Arc<Hub>> {
    const ONE: &str = "/_sandbox/deliveries/{id}";
    Router::new()
        .route("/_sandbox/topics/{name}/publish", post(deliveries::publish))
        .route("/_sandbox/deliveries", get(deliveries::list))
        .route(&format!("{ONE}/release"), post(deliveries::release))
        .route(&format!("{ONE}/duplicate"), post(deliveries::duplicate))
        .route(&format!("{ONE}/delay"), post(deliveries::delay))
        .route(&format!("{ONE}/time_out"), post(deliveries::time_out))
        .route(&format!("{ONE}/drop"), post(deliveries::discard))
        .route("/_sandbox/dlq", get(deliveries::dead_letters))
        .route("/_sandbox/dlq/redrive", post(deliveries::redrive))
}
