//! Reads what Datadog puts on the topic. Datadog documents no format, so reading never fails: it
//! takes plain text, markdown and JSON, and finds ids only where Datadog itself writes them.

mod event;
mod json;
mod links;
mod title;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::callback_line;
use crate::work;
use json::Envelope;
use links::Links;

/// What a notification says, as far as a callback is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notification {
    /// The URLs of the callback lines, each once, in order of appearance.
    pub callbacks: Vec<String>,
    /// Decimal digits.
    pub monitor_id: Option<String>,
    /// Decimal digits; exceeds 2^53.
    pub event_id: Option<String>,
    /// The monitor's group, percent-decoded: `bank_code:0001,env:prod`.
    pub group: Option<String>,
    /// The words that the title begins with: `Triggered`, `Recovered`, `No Data`, …
    pub transition: Option<String>,
    /// The title in full: of a JSON body, else the Subject.
    pub title: Option<String>,
    /// True for a notification that a person sent by "Test Notifications".
    pub test: bool,
}

impl Notification {
    /// Reads the `detail` of an EventBridge event of the type `Datadog Alert Notification`. It holds
    /// the monitor as it is written, so that of its callbacks those count that listen to the
    /// transition; all of them, where the event does not tell the transition.
    pub fn of_event(detail: &Value) -> Notification {
        event::read(detail)
    }

    /// Reads the body and, if there is one, the Subject of an SNS message. Work and memory grow
    /// linearly with the input.
    pub fn read(message: &str, subject: Option<&str>) -> Notification {
        let envelope = json::read(message).unwrap_or_else(|| Envelope::plain(message));
        let mut links = Links::default();
        let mut callbacks = Callbacks::default();
        let mut test = false;
        for text in &envelope.texts {
            callbacks.collect(text);
            links.collect(text);
            test |= has_test_line(text);
        }
        envelope
            .links
            .iter()
            .for_each(|link| links.collect_field(link));

        let titles = || envelope.title.as_deref().into_iter().chain(subject);
        let title = titles().next();
        let said = title.map(title::read).unwrap_or_default();
        let found = links.found();
        Notification {
            callbacks: callbacks.urls,
            monitor_id: envelope.monitor_id.or(found.monitor_id),
            // A JSON number may have been rounded on its way; a link never is.
            event_id: envelope
                .event_id_text
                .or(found.event_id)
                .or(envelope.event_id_number),
            group: found.group.or(envelope.group).or(said.group),
            transition: envelope.transition.or(said.transition),
            title: title.map(str::to_owned),
            test: test || titles().any(title::is_test),
        }
    }
}

#[derive(Default)]
struct Callbacks {
    urls: Vec<String>,
    seen: HashSet<String>,
}

impl Callbacks {
    fn collect(&mut self, text: &str) {
        for line in text.lines() {
            work::spend(line.len() + 1);
            if let Some(url) = callback_line::read(line)
                && self.seen.insert(url.to_owned())
            {
                self.urls.push(url.to_owned());
            }
        }
    }
}

/// Datadog puts this line behind the message of a test. The message itself ends with its callback
/// lines and handles, so the same words further up are a person's and mean nothing.
const TEST_LINE: &str = "Test notification triggered by";

fn has_test_line(text: &str) -> bool {
    let message_goes_on = |line: &str| {
        let mut words = line.split_whitespace().peekable();
        callback_line::read(line).is_some()
            || (words.peek().is_some() && words.all(|word| word.starts_with('@')))
    };
    let after_message = text.lines().rev().take_while(|line| !message_goes_on(line));
    after_message
        .inspect(|line| work::spend(line.len() + 1))
        .any(|line| line.starts_with(TEST_LINE))
}
