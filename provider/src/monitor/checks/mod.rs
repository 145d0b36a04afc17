//! What is wrong with a monitor's configuration, beyond what single rows of the schema say.
//! `offline` judges what the resource alone decides; `against` what the provider's settings decide.
//! Only what is known is judged: an unknown value is never an error.

mod lint;
mod callbacks;
mod message;
mod thresholds;
mod options;

use super::model::{CallbackBlock, Wiring};
use crate::config::Settings;
use tfplugin::{Diagnostics, Path, Value};

/// What needs neither the provider's settings nor a network. `values` is the same block as `wiring`.
pub(crate) fn offline(wiring: &Wiring, values: &Value) -> Diagnostics {
    let mut found = message::check(wiring);
    found.extend(callbacks::offline(wiring));
    found.extend(options::check(wiring, values));
    found.extend(thresholds::check(values));
    found
}

/// What the provider's settings decide, checked before any request. `values` is the same block as `wiring`.
pub(crate) fn against(settings: &Settings, wiring: &Wiring, values: &Value) -> Diagnostics {
    let mut found = callbacks::against(settings, wiring);
    found.extend(lint::check(settings, wiring, values));
    found
}

fn blocks(wiring: &Wiring) -> impl Iterator<Item = (usize, &CallbackBlock)> {
    wiring.callbacks.items().iter().enumerate()
}

fn callback(index: usize) -> Path {
    Path::to("callback").index(index)
}
