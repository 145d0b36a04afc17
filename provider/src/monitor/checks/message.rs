//! What `contract` says against the parts of a message, as far as they are known.

use super::{blocks, callback};
use crate::monitor::model::{CallbackBlock, Wiring, known_texts};
use contract::{Callback, Field, Message, Place, Problem, Rules, Transition};
use std::collections::BTreeSet;
use tfplugin::{Diagnostic, Diagnostics, Path};

/// A URL that is not encrypted passes: whether it may is said in `callbacks`, by host.
pub(super) fn check(wiring: &Wiring) -> Diagnostics {
    let (places, callbacks): (Vec<usize>, Vec<Callback>) = blocks(wiring)
        .filter_map(|(index, block)| Some((index, known(block)?)))
        .unzip();
    let text = wiring.message.known().cloned().unwrap_or_default();
    let handles = known_texts(&wiring.notify).cloned().collect();
    let message = Message {
        callbacks,
        text,
        handles,
    };
    // Whether http is good enough is judged below, by host.
    let problems = message.check_with(Rules {
        allow_insecure: true,
    });
    problems
        .into_iter()
        .map(|problem| reported(problem, &places))
        .collect()
}

/// A block whose URL is known, as far as its transitions are.
fn known(block: &CallbackBlock) -> Option<Callback> {
    let written_empty = block.on.known().is_some_and(BTreeSet::is_empty);
    let on = if written_empty {
        BTreeSet::new()
    } else {
        Transition::defaults(false)
    };
    Some(Callback {
        url: block.url.known()?.clone(),
        on,
    })
}

fn reported(problem: Problem, places: &[usize]) -> Diagnostic {
    let (summary, path) = match problem.place {
        Place::Callback(i, field) => {
            let attribute = match field {
                Field::Url => "url",
                Field::On => "on",
            };
            let index = places.get(i).copied().unwrap_or(i);
            ("Invalid callback", callback(index).attribute(attribute))
        }
        Place::Text => ("Invalid message", Path::to("message")),
        Place::Handle(_) => ("Invalid handle", Path::to("notify").element()),
    };
    let detail = match problem.position {
        Some(at) => format!("line {}, column {}: {}", at.line, at.column, problem.detail),
        None => problem.detail,
    };
    Diagnostic::error(summary).detail(detail).at(path)
}
