//! The service's `Source`: the truth, with the failures and delays of the schedule. It remembers how old each answer is.

use crate::schedule::{Status, What, group_name};
use crate::time;
use crate::truth::MONITOR;
use crate::world::World;
use async_trait::async_trait;
use serde_json::Value;
use service::datadog::{Reading, Source, SourceError};
use std::sync::{Arc, Mutex, PoisonError};

/// A quick answer's way, there and back.
const HALF_WAY: i64 = 20;

/// One answer: what it is about is true at `taken`.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub(crate) taken: i64,
    /// Groups that alerted in it and were not muted.
    pub(crate) alerting: Vec<String>,
    /// Groups that it did not name.
    pub(crate) absent: Vec<String>,
}

/// One instance's way to Datadog. A monitor is read by one task at a time, so the last answer is that of the next write.
pub(crate) struct Datadog {
    world: Arc<World>,
    last: Mutex<Answer>,
}

impl Datadog {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world, last: Mutex::default() }
    }

    pub(crate) fn last(&self) -> Answer {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, taken: i64) -> Answer {
        let truth = &self.world.truth;
        let groups = || 0..truth.schedule.groups;
        let alerts = |group: &usize| truth.status(*group, taken) == Status::Alert && !truth.muted(*group, taken);
        let names = |keep: &dyn Fn(&usize) -> bool| groups().filter(keep).map(group_name).collect();
        Answer { taken, alerting: names(&alerts), absent: names(&|group| truth.absent(*group, taken)) }
    }
}

#[async_trait]
impl Source for Datadog {
    async fn monitor(&self, _: &str) -> Result<Reading, SourceError> {
        time::sleep(HALF_WAY).await;
        let (taken, truth) = (time::now(), &self.world.truth);
        if truth.on(taken, |what| matches!(what, What::SourceDown { empty: false, .. })).is_some() {
            self.world.saw("source down");
            return Err(SourceError("status 503".into()));
        }
        let monitor = truth.monitor(taken);
        let slow = truth.on(taken, |what| matches!(what, What::SlowReads { .. }));
        let mut back = HALF_WAY;
        if let Some(What::SlowReads { by, .. }) = slow.map(|event| &event.what) {
            self.world.saw("slow read");
            // Not all answers are equally slow: those of one second may overtake each other.
            back += by * (taken % 4) / 3;
        }
        time::sleep(back).await;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = self.answer(taken);
        Ok(Reading(monitor))
    }

    async fn known(&self, _: &str) -> Result<Vec<String>, SourceError> {
        time::sleep(HALF_WAY).await;
        match self.world.truth.on(time::now(), |what| matches!(what, What::SourceDown { empty: false, .. })) {
            Some(_) => Err(SourceError("status 503".into())),
            None => Ok(vec![MONITOR.into()]),
        }
    }

    async fn event(&self, id: &str) -> Result<Value, SourceError> {
        Err(SourceError(format!("no event `{id}`")))
    }
}
