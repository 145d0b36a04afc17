//! What an event asks for: one job per callback line. What there is not to do is said at once.

use contract::CallbackRequest;

use super::tally::Tally;
use crate::config::Settings;
use crate::envelope::{Part, Record};
use crate::trace::Trace;

/// One callback to make.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request: CallbackRequest,
    pub(super) trace: Trace,
    /// The SQS message to give back if it fails.
    pub(super) item: Option<String>,
}

pub(super) fn jobs(parts: Vec<Part>, settings: &Settings, tally: &mut Tally) -> Vec<Job> {
    let mut jobs = Vec::new();
    for Part { item, record } in parts {
        match record {
            Ok(record) => jobs.extend(of_record(&record, item, settings, tally)),
            Err(why) => tally.unreadable("", item, &why.to_string()),
        }
    }
    jobs
}

fn of_record(
    record: &Record,
    item: Option<String>,
    settings: &Settings,
    tally: &mut Tally,
) -> Vec<Job> {
    let notification = record.read(None);
    let id = &record.message_id;
    if notification.callbacks.is_empty() {
        tally.ignored(id, "no callback line: nothing to do");
        return Vec::new();
    }
    if notification.test && settings.ignore_tests {
        tally.ignored(
            id,
            "a test notification, and `CB_TEST_NOTIFICATIONS` is `ignore`",
        );
        return Vec::new();
    }
    let request = |url: &String| CallbackRequest::new(&notification, url, id);
    let requests: Result<Vec<_>, _> = notification.callbacks.iter().map(request).collect();
    let job = |request| Job {
        request,
        trace: record.trace.clone(),
        item: item.clone(),
    };
    match requests {
        Ok(requests) => requests.into_iter().map(job).collect(),
        Err(why) => {
            tally.unreadable(id, item, &why.to_string());
            Vec::new()
        }
    }
}
