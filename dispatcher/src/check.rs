//! Explains what the dispatcher would do with a notification, without doing it: nothing is
//! resolved and nothing is called.

use std::fmt;

use contract::{CallbackRequest, Notification};
use serde_json::Value;

use crate::envelope::{self, EnvelopeError, Part, Record};
use crate::policy::Policy;

/// An explanation; its text is for people.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<String>,
    faults: usize,
}

impl Report {
    /// True if every callback would be made.
    pub fn good(&self) -> bool {
        self.faults == 0
    }

    fn say(&mut self, name: &str, value: impl fmt::Display) {
        self.lines.push(format!("{name:<11} {value}"));
    }

    fn fault(&mut self, name: &str, value: impl fmt::Display) {
        self.faults += 1;
        self.say(name, value);
    }

    fn notification(&mut self, notification: &Notification, policy: &Policy) {
        let or_none =
            |text: &Option<String>| text.clone().unwrap_or_else(|| "none found".to_owned());
        self.say("title", or_none(&notification.title));
        self.say("monitor id", or_none(&notification.monitor_id));
        self.say("event id", or_none(&notification.event_id));
        self.say("group", or_none(&notification.group));
        self.say("transition", or_none(&notification.transition));
        self.say(
            "test",
            if notification.test {
                "yes: hooks are skipped"
            } else {
                "no"
            },
        );
        if notification.callbacks.is_empty() {
            self.say(
                "callback",
                "no callback line: nothing would be called, and that is success",
            );
        }
        for url in &notification.callbacks {
            match (
                CallbackRequest::new(notification, url, ""),
                policy.admit(url),
            ) {
                (Err(error), _) => self.fault("callback", format!("{url}: failed: {error}")),
                (_, Err(refusal)) => self.fault("callback", format!("{url}: refused: {refusal}")),
                (Ok(_), Ok(_)) => {
                    self.say(
                        "callback",
                        format!("{url}: accepted; its address is judged when it is dialled"),
                    );
                }
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
    }
}

/// Explains `input`: an event as Lambda or SNS hands it over, or the text of a message, for which
/// `subject` may be given.
pub fn explain(input: &str, subject: Option<&str>, policy: &Policy) -> Report {
    let mut report = Report::default();
    for part in parts(input) {
        match part {
            Some(Ok(record)) => {
                report.say("message id", &record.message_id);
                report.notification(&record.read(subject), policy);
            }
            Some(Err(error)) => report.fault("record", error),
            None => report.notification(&Notification::read(input, subject), policy),
        }
    }
    if policy.hosts.is_empty() {
        report.say(
            "hint",
            "`CB_ALLOWED_HOSTS` is empty: set it as the dispatcher has it",
        );
    }
    report
}

/// The records of an event; one `None` if `input` is none but the text itself, which may be JSON.
fn parts(input: &str) -> Vec<Option<Result<Record, EnvelopeError>>> {
    let event = serde_json::from_str::<Value>(input).ok();
    let parts = event.map(|event| envelope::read(&event));
    match parts.as_deref() {
        None
        | Some(
            [
                Part {
                    record: Err(EnvelopeError::Unknown(_)),
                    ..
                },
            ],
        ) => vec![None],
        Some(parts) => parts.iter().map(|part| Some(part.record.clone())).collect(),
    }
}
