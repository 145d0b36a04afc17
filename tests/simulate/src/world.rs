//! What all parts of one run share: the truth, and what was seen to go wrong.

use crate::mutant::Mutant;
use crate::truth::Truth;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A promise that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Broken {
    /// Not in the state of the monitor when the bound had passed.
    NotConverged,
    /// Not in the state of the monitor though nothing was wrong since the last callback.
    NotSettled,
    /// A newer truth was overwritten by an older reading.
    Overwritten,
    /// An open group let nothing through.
    NoProbe,
    /// A group opened without an alert.
    OpenedOnUnknown,
    /// A group closed too soon after it was gone from the answers.
    ClosedByAbsence,
}

/// A broken promise, when it was seen, and the details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) at: i64,
    pub(crate) broken: Broken,
    pub(crate) detail: String,
}

/// Kinds of what really happened, by name.
pub(crate) type Kinds = BTreeSet<&'static str>;

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) violations: Vec<Violation>,
    pub(crate) kinds: Kinds,
    /// When the last callback was answered 200, or came at all.
    pub(crate) last_callback: Option<i64>,
}

pub(crate) struct World {
    pub(crate) truth: Truth,
    pub(crate) mutant: Option<Mutant>,
    log: Mutex<Log>,
}

impl World {
    pub(crate) fn new(truth: Truth, mutant: Option<Mutant>) -> Self {
        Self { truth, mutant, log: Mutex::default() }
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn broke(&self, broken: Broken, detail: String) {
        self.log().violations.push(Violation { at: crate::time::now(), broken, detail });
    }

    pub(crate) fn saw(&self, kind: &'static str) {
        self.log().kinds.insert(kind);
    }

    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}
