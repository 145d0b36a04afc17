//! A run as it is saved: every request that may have changed something, and what happened by itself, in order, each with the
//! moment at which it took effect. No keys are kept, only whether they were the right ones.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// A longer run is cut.
const LONGEST: usize = 20_000;

/// One step of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) at: Moment,
    pub(crate) what: What,
}

/// What a step is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Request(Exchange),
    /// The virtual clock passed a minute.
    Minute,
    /// An invocation ended by itself: it took too long, or its process died.
    Failure {
        request_id: String,
        error: String,
    },
}

/// A request and its answer. Bodies are text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    pub(crate) keys: Keys,
    pub(crate) body: String,
    pub(crate) status: u16,
    pub(crate) answer: String,
}

/// Which Datadog keys a request came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Keys {
    None,
    Wrong,
    /// The API key alone.
    Api,
    Both,
}

/// A run so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// When the sandbox was empty.
    pub(crate) began: Moment,
    pub(crate) steps: Vec<Step>,
    /// Steps that could not be kept: too many, or no text. Such a run cannot be played again exactly.
    pub(crate) lost: u64,
}

impl Record {
    pub(crate) fn begin(began: Moment) -> Self {
        Self {
            began,
            steps: Vec::new(),
            lost: 0,
        }
    }

    pub(crate) fn add(&mut self, at: Moment, what: What) {
        if self.steps.len() < LONGEST {
            self.steps.push(Step { at, what });
        } else {
            self.lost += 1;
        }
    }
}

/// A saved run: how the sandbox was set up, and the steps.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Of this format.
    pub(crate) version: u32,
    pub(crate) seed: u64,
    pub(crate) speed: f64,
    /// Seconds of wall time that an invocation may take.
    pub(crate) timeout_s: f64,
    pub(crate) record: Record,
}

/// The version that is written and read.
pub(crate) const VERSION: u32 = 1;
