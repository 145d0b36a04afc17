//! The whole state of the sandbox: one value, behind one lock (`hub`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::faults::Faults;
use crate::ids::Ids;
use crate::monitor::Monitor;
use crate::queue::Queue;

/// Which year's links Datadog writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Form {
    #[serde(rename = "2018")]
    Y2018,
    #[default]
    #[serde(rename = "2026")]
    Y2026,
}

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ids: Ids,
    /// By id.
    pub(crate) monitors: BTreeMap<u64, Monitor>,
    /// By exact id: the `event` object of `GET /api/v1/events/{id}`.
    pub(crate) events: BTreeMap<u64, Value>,
    /// Every notification, oldest first.
    pub(crate) notices: Vec<Notice>,
    pub(crate) queue: Queue,
    pub(crate) faults: Faults,
    pub(crate) form: Form,
    /// Requests to Datadog's API, by method and route.
    pub(crate) requests: BTreeMap<String, u64>,
    pub(crate) function: Function,
}

/// What the sandbox knows of the function's process.
#[derive(Debug, Default)]
pub(crate) struct Function {
    /// Counts processes: a request for work from one that is gone must get none.
    pub(crate) generation: u64,
    /// Whether the current process has asked for work.
    pub(crate) ready: bool,
    /// Why the current process could not start, in its own words.
    pub(crate) init_error: Option<String>,
}

impl World {
    /// Forgets everything but the function's process, which goes on.
    pub(crate) fn reset(&mut self, seed: u64) {
        let function = std::mem::take(&mut self.function);
        *self = Self {
            function,
            ..Self::new(seed)
        };
    }

    /// An empty one; `seed` decides its ids.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            ids: Ids::new(seed),
            monitors: BTreeMap::new(),
            events: BTreeMap::new(),
            notices: Vec::new(),
            queue: Queue::default(),
            faults: Faults::default(),
            form: Form::default(),
            requests: BTreeMap::new(),
            function: Function::default(),
        }
    }
}

/// What Datadog told the world about one transition of one group.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Notice {
    pub(crate) monitor_id: String,
    pub(crate) event_id: String,
    pub(crate) group: String,
    pub(crate) transition: String,
    pub(crate) title: String,
    pub(crate) test: bool,
    /// Every handle that was told, with its `@`.
    pub(crate) notified: Vec<String>,
    /// The deliveries to SNS topics among them.
    pub(crate) deliveries: Vec<String>,
}
