//! One event: reads its notifications, makes every callback they ask for, and reports. A callback
//! that fails or is refused stops no other.

mod plan;
mod tally;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::callback::Caller;
use crate::envelope::{self, Part};
use crate::trace::Trace;
use plan::Job;
use tally::{Called, Tally};

pub use tally::{HandleError, ItemFailure, Summary};

/// What is known about the call that brought an event.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// When everything must be over, if there is such a time.
    pub until: Option<Instant>,
    /// The trace it belongs to.
    pub trace: Trace,
}

/// Kept back from a deadline, to answer and to write the log.
const MARGIN: Duration = Duration::from_millis(300);

impl Invocation {
    /// An invocation of Lambda, which is killed at `deadline`, with the trace header it carries.
    pub fn of(deadline: SystemTime, trace: Option<&str>) -> Invocation {
        let left = deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        Invocation {
            until: Instant::now().checked_add(left.saturating_sub(MARGIN)),
            trace: Trace::of_invocation(trace),
        }
    }
}

/// [`handle`] for an event that is still JSON text.
pub async fn handle_text(
    caller: &Arc<Caller>,
    event: &str,
    invocation: &Invocation,
) -> Result<Summary, HandleError> {
    match serde_json::from_str(event) {
        Ok(event) => handle(caller, &event, invocation).await,
        Err(error) => Err(HandleError {
            total: 1,
            called: 0,
            failures: vec![format!("the event cannot be read: {error}")],
        }),
    }
}

/// Makes every callback that `event` asks for, all at once, and waits for all of them.
pub async fn handle(
    caller: &Arc<Caller>,
    event: &Value,
    invocation: &Invocation,
) -> Result<Summary, HandleError> {
    handle_parts(caller, envelope::read(event), invocation).await
}

/// The same for an event that was read already.
pub(crate) async fn handle_parts(
    caller: &Arc<Caller>,
    parts: Vec<Part>,
    invocation: &Invocation,
) -> Result<Summary, HandleError> {
    let mut tally = Tally::of(&parts);
    let jobs = plan::jobs(parts, &caller.settings, &mut tally);
    let mut calls = JoinSet::new();
    for job in jobs {
        let (caller, invocation) = (Arc::clone(caller), invocation.clone());
        calls.spawn(async move { make(&caller, job, invocation).await });
    }
    while let Some(call) = calls.join_next().await {
        match call {
            Ok(called) => tally.called(called),
            Err(error) => tally.broke_off(&error.to_string()),
        }
    }
    tally.close(caller)
}

async fn make(caller: &Caller, job: Job, invocation: Invocation) -> Called {
    let began = Instant::now();
    let trace = job.trace.clone().or(invocation.trace);
    let outcome = caller.call(&job.request, &trace, invocation.until).await;
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Called { job, outcome, ms }
}
