//! Datadog's HTTP API, as far as monitors go: routes only.

mod gate;
mod removal;
mod monitors;
mod list;
mod search;
mod series;
mod downtimes;
mod events;
mod past;
mod view;
mod errors;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::hub::Hub;

/// Everything under `/api`.
pub(crate) fn routes(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    Router::new()
        .route(gate::VALIDATE, get(gate::keys_are_valid))
        .route(gate::VALIDATE_V2, get(gate::key_is_valid))
        .route("/api/v1/monitor", get(list::list).post(monitors::create))
        .route("/api/v1/monitor/validate", post(monitors::validate))
        .route("/api/v1/monitor/can_delete", get(removal::can_delete))
        .route(
            "/api/v1/monitor/{id}",
            get(monitors::read)
                .put(monitors::update)
                .delete(removal::delete),
        )
        .route(
            "/api/v1/monitor/{id}/validate",
            post(monitors::validate_existing),
        )
        .route("/api/v1/monitor/search", get(search::monitors))
        .route("/api/v1/monitor/groups/search", get(search::groups))
        .route(
            "/api/v2/downtime",
            get(downtimes::list).post(downtimes::create),
        )
        .route(
            "/api/v2/downtime/{id}",
            get(downtimes::read)
                .patch(downtimes::update)
                .delete(downtimes::cancel),
        )
        .route(
            "/api/v2/monitor/{id}/downtime_matches",
            get(downtimes::matching),
        )
        .route("/api/v1/series", post(series::take_v1))
        .route("/api/v2/series", post(series::take_v2))
        .route("/api/v1/events/{id}", get(events::read))
        .route("/api/{*rest}", axum::routing::any(errors::no_such_route))
        .method_not_allowed_fallback(errors::no_such_method)
        .layer(from_fn_with_state(Arc::clone(hub), gate::pass))
}
