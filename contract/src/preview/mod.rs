//! What a message becomes when Datadog sends it: its conditionals decided, its variables filled in.
//! Only the message; the query sentence and the footer that Datadog adds are not here.

mod evaluate;
mod scene;
mod recipients;

use std::collections::BTreeMap;

use crate::callback_line;
use crate::message::{Place, Problem, position};
use crate::template;
use crate::transition::Transition;
use scene::Scene;

/// A message as one notification carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The text, without white space at its ends.
    pub text: String,
    /// The URLs that the dispatcher would call, each once, in order of appearance.
    pub callbacks: Vec<String>,
    /// Who is told, each once, with its `@`.
    pub handles: Vec<String>,
}

/// A message whose conditionals do not balance, or are unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message cannot be shown: {}", .problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "))]
pub struct PreviewError {
    /// Never empty.
    pub problems: Vec<Problem>,
}

/// What a notification of `transition` carries of `message`, the whole text as Datadog has it.
///
/// `variables` are named as in the message, without braces: `value`, `bank_code.name`. One that is
/// missing is empty. `priority` (`P1` to `P5`) is what `{{#is_priority}}` compares. A call such as
/// `{{eval "…"}}` stays as it is written.
///
/// Source: "Variables" in Datadog's documentation of monitor notifications; there also that from
/// ALERT to WARNING the recipients named for ALERT to OK are told, without the text beside them.
pub fn preview(
    message: &str,
    transition: Transition,
    variables: &BTreeMap<String, String>,
) -> Result<Preview, PreviewError> {
    let faults = template::faults(message);
    if !faults.is_empty() {
        let problem = |fault: template::Fault| Problem {
            place: Place::Text,
            position: Some(position(message, fault.at)),
            detail: fault.detail,
        };
        return Err(PreviewError {
            problems: faults.into_iter().map(problem).collect(),
        });
    }
    let shown = |transitions| {
        let scene = Scene {
            transitions,
            variables,
        };
        evaluate::text(message, &scene)
    };
    let text = shown(transition.shows()).trim().to_owned();
    let mut handles = recipients::of(&text);
    if transition == Transition::AlertToWarning {
        handles.extend(recipients::of(&shown(&[Transition::AlertRecovery])));
    }
    Ok(Preview {
        callbacks: once(text.lines().filter_map(callback_line::read)),
        handles: once(handles.iter().map(String::as_str)),
        text,
    })
}

fn once<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}
