//! The whole state of the sandbox: one value, behind one lock (`hub`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Moment;
use crate::delivery::Incoming;
use crate::faults::{Fate, Faults};
use crate::ids::Ids;
use crate::log::Log;
use crate::monitor::Monitor;
use crate::queue::{Queue, QueueError};
use crate::record::{Record, What};
use crate::schedules::Schedules;
use crate::series::Store;

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
    /// Points of metrics.
    pub(crate) series: Store,
    /// Up to here the virtual clock was evaluated, in milliseconds.
    pub(crate) evaluated_ms: u64,
    /// What happened, for whoever watches.
    pub(crate) log: Log,
    /// Every request so far, for a replay.
    pub(crate) record: Record,
    /// Downtimes that the API knows.
    pub(crate) schedules: Schedules,
    /// When the state was last worked on.
    pub(crate) seen: Moment,
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
    pub(crate) fn reset(&mut self, seed: u64, now: Moment) {
        let function = std::mem::take(&mut self.function);
        let log = std::mem::take(&mut self.log);
        *self = Self {
            function,
            log,
            ..Self::new(seed, now)
        };
    }

    /// An empty one that begins now; `seed` decides its ids.
    pub(crate) fn new(seed: u64, now: Moment) -> Self {
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
            series: Store::default(),
            evaluated_ms: now.virtual_ms,
            log: Log::default(),
            record: Record::begin(now),
            schedules: Schedules::new(),
            seen: now,
        }
    }

    /// Writes down that something happened.
    pub(crate) fn log(&mut self, now: Moment, kind: &'static str, data: Value) {
        self.log.add(now, kind, data);
    }

    /// Publishes to a topic, as the faults of SNS let it; gives the id of the first delivery.
    pub(crate) fn publish(&mut self, incoming: Incoming, now: Moment) -> String {
        let fate = self.faults.deliveries.next();
        let id = self.queue.publish(incoming, &mut self.ids, now);
        let copy = match fate {
            Fate::Lost => self.queue.discard(&id).ok().and(None),
            Fate::Doubled => self.queue.duplicate(&id, &mut self.ids, now).ok(),
            Fate::Late(ms) => self.queue.postpone(&id, ms).ok().and(None),
            Fate::Plain => None,
        };
        self.log_delivery(&id, now);
        if let Some(copy) = copy {
            self.log_delivery(&copy, now);
        }
        id
    }

    /// An invocation failed.
    pub(crate) fn fail(
        &mut self,
        request_id: &str,
        error: &str,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.queue.fail(request_id, error, now)?;
        self.log_request(request_id, now);
        Ok(())
    }

    /// An invocation failed, and nobody said so in a request.
    pub(crate) fn fail_by_itself(
        &mut self,
        request_id: &str,
        error: &str,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.fail(request_id, error, now)?;
        let (request_id, error) = (request_id.to_owned(), error.to_owned());
        self.record.add(now, What::Failure { request_id, error });
        Ok(())
    }

    /// Writes down how a delivery stands.
    pub(crate) fn log_delivery(&mut self, id: &str, now: Moment) {
        let found = self
            .queue
            .deliveries()
            .iter()
            .find(|delivery| delivery.id == id);
        if let Some(data) = found.map(|delivery| json!(delivery)) {
            self.log(now, "delivery", data);
        }
    }

    /// As [`World::log_delivery`], by the request of its current invocation.
    pub(crate) fn log_request(&mut self, request_id: &str, now: Moment) {
        let found = self
            .queue
            .deliveries()
            .iter()
            .rev()
            .find(|delivery| delivery.request_id == request_id);
        if let Some(id) = found.map(|delivery| delivery.id.clone()) {
            self.log_delivery(&id, now);
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
    /// The rendered message, without what a channel adds to it.
    pub(crate) message: String,
    pub(crate) test: bool,
    /// Every handle that was told, with its `@`.
    pub(crate) notified: Vec<String>,
    /// The deliveries to SNS topics among them.
    pub(crate) deliveries: Vec<String>,
}
