//! Lambda: the Runtime API a real `bootstrap` speaks, the process it runs in, and the time it may take.

mod runtime_api;
mod process;
mod deadline;

pub(crate) use deadline::enforce;
pub(crate) use process::{Spec, supervise};
pub(crate) use runtime_api::routes;

/// An error as Lambda writes it for a request: `RequestId: … Error: …`.
fn describe(request_id: &str, error: &str) -> String {
    format!("RequestId: {request_id} Error: {error}")
}
