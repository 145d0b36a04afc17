//! Starts the service: the breaker's routes and hooks, and whatever routes are your own. No logic lives here.

use axum::Router;
use service::{hooks::ServiceHooks, server};
use std::sync::Arc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Your routes go into this router; `service.guard.allow(breaker, group)` tells them whether a call may go out.
    server::run(Arc::new(ServiceHooks), |_service| Router::new()).await
}
