//! Sends dead letters again: JSON lines, each a body from a dead letter queue or an on-failure
//! destination, in every form that `envelope` reads. Fresh signatures, the same message ids.

use std::fmt;
use std::io::{self, BufRead, Write};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{MissedTickBehavior, interval};

use crate::callback::Caller;
use crate::envelope::{self, Part, Record};
use crate::handle::{Invocation, handle_parts};

/// What to send and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// In seconds; older notifications, and those without a time, are left out. `None` for all. A
    /// callback only makes a service read its monitor, but hooks run for each of them.
    pub max_age_s: Option<i64>,
    /// Lines, not callbacks.
    pub per_second: NonZeroU32,
}

/// What came of it. The text is for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines that are not blank.
    pub lines: usize,
    /// Of these, the lines that failed at least in part.
    pub failed: usize,
    /// Notifications older than the limit or without a time.
    pub left_out: usize,
    /// Callbacks answered with 200.
    pub called: usize,
    /// Callbacks that the policy forbids.
    pub refused: usize,
    /// Notifications that ask for nothing, and dry runs.
    pub ignored: usize,
}

/// Sends every line of `letters`. Those that fail are written to `failed` as they are, to be tried
/// again; a line that is sent twice is harmless.
pub async fn replay(
    caller: &Arc<Caller>,
    letters: impl BufRead,
    options: Options,
    mut failed: impl Write,
) -> io::Result<Report> {
    let mut turns = interval(Duration::from_secs(1) / options.per_second.get());
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut report = Report::default();
    for line in letters.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        report.lines += 1;
        let (young, left_out) = select(&line, options.max_age_s, caller.now_s());
        report.left_out += left_out;
        if young.is_empty() {
            continue;
        }
        turns.tick().await;
        match handle_parts(caller, young, &Invocation::default()).await {
            Ok(summary) => {
                report.called += summary.called;
                report.refused += summary.refused;
                report.ignored += summary.ignored;
            }
            Err(error) => {
                report.failed += 1;
                report.called += error.called;
                writeln!(failed, "{line}")?;
            }
        }
    }
    failed.flush()?;
    Ok(report)
}

/// The parts of a line that are to be sent, and how many are not.
fn select(line: &str, max_age_s: Option<i64>, now_s: i64) -> (Vec<Part>, usize) {
    // What is no JSON fails as an event of an unknown kind.
    let event = serde_json::from_str(line).unwrap_or(Value::Null);
    let parts = envelope::read(&event);
    let all = parts.len();
    let fits = |part: &Part| match (&part.record, max_age_s) {
        (Ok(record), Some(max)) => sent_s(record).is_some_and(|sent| now_s - sent <= max),
        _ => true,
    };
    // Nobody takes back single messages here: a line fails as a whole.
    let alone = |part: Part| Part { item: None, ..part };
    let young: Vec<_> = parts.into_iter().filter(fits).map(alone).collect();
    let left_out = all - young.len();
    (young, left_out)
}

fn sent_s(record: &Record) -> Option<i64> {
    let sent = OffsetDateTime::parse(record.sent.as_deref()?, &Rfc3339);
    sent.ok().map(OffsetDateTime::unix_timestamp)
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            lines,
            failed,
            left_out,
            called,
            refused,
            ignored,
        } = self;
        write!(
            out,
            "{lines} lines: {called} callbacks accepted, {refused} refused, {ignored} ignored; \
             {left_out} notifications left out by age; {failed} lines failed"
        )
    }
}
