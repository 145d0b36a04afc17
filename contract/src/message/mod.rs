//! A monitor's message as three things: callbacks, human text, handles. `render` and `parse` are
//! inverse for every message that `check` passes. Which breaker or topic is meant is not known here.

mod render;
mod check;
mod parse;
mod handle;

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::transition::Transition;

pub(crate) use check::position;
pub use check::{Field, Place, Position, Problem, Rules};
pub use render::RenderError;

/// One URL and the transitions on which it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// An absolute `https` URL; see [`crate::CallbackUrl`].
    pub url: String,
    /// At least one.
    pub on: BTreeSet<Transition>,
}

/// What a message says, apart from how it is laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Where Datadog's notifications are to lead.
    #[serde(default)]
    pub callbacks: Vec<Callback>,
    /// The part for people. It may use Datadog's conditionals and variables.
    #[serde(default)]
    pub text: String,
    /// Who is told, each with its leading `@`.
    #[serde(default)]
    pub handles: Vec<String>,
}

impl Message {
    /// The same message in the form that `parse` gives: callbacks of one URL merged and ordered by
    /// their first transition, each handle once, text trimmed and with plain newlines.
    pub fn normalized(&self) -> Message {
        let mut seen = BTreeSet::new();
        let handles = self
            .handles
            .iter()
            .filter(|handle| seen.insert(handle.as_str()));
        Message {
            callbacks: merged(&self.callbacks),
            text: plain_newlines(&self.text).trim().to_owned(),
            handles: handles.cloned().collect(),
        }
    }
}

/// One callback per URL. The order is that of the first appearance in the rendered message.
fn merged(callbacks: &[Callback]) -> Vec<Callback> {
    let mut place = HashMap::new();
    let mut merged: Vec<Callback> = Vec::new();
    for Callback { url, on } in callbacks {
        let at = *place.entry(url.as_str()).or_insert(merged.len());
        match merged.get_mut(at) {
            Some(earlier) => earlier.on.extend(on),
            None => merged.push(Callback {
                url: url.clone(),
                on: on.clone(),
            }),
        }
    }
    merged.sort_by_key(|callback| callback.on.first().copied());
    merged
}

/// `\r\n` becomes `\n`, so that a checkout on another system changes nothing.
fn plain_newlines(text: &str) -> String {
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| line.trim_end_matches('\r'))
        .collect();
    lines.join("\n")
}
