//! Creating a monitor so that none is ever left outside Terraform's state.
//!
//! When the answer to a create is lost (5xx, a broken connection, no answer in time, an unreadable one), the monitor
//! may exist all the same. It is looked for before the request is sent again, and adopted only if it is surely the one:
//! its whole body equals what was sent; it was made after the request was; it was not there before; and no other
//! resource of this process holds it. Creates that could make equal monitors take turns, so each finds its own.

use super::ledger::Ids;
use super::{Client, Error, monitor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_util::sync::CancellationToken;

/// How often a create is sent when its answers are lost and nothing comes of it.
const SENDINGS: usize = 3;
/// The pauses before each look for a monitor: a list may lag some seconds behind.
const LOOKS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(4),
];
/// By how much the clock that dates monitors may be behind the clock that dates answers.
const SLACK_MS: i64 = 5_000;

/// A monitor to be.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The request.
    pub body: &'a Value,
    /// Whether a monitor that Datadog has is what the request would make.
    pub same: &'a (dyn Fn(&Value) -> bool + Send + Sync),
    /// Fires when Terraform is interrupted. A request that is on its way is given a few seconds more.
    pub stop: &'a CancellationToken,
}

/// What a monitor must be beyond equal, to be adopted.
struct Mark<'a> {
    before: &'a BTreeSet<String>,
    /// The server's time at the first sending, in milliseconds since the epoch, at the earliest.
    since: Option<i64>,
}

impl Client {
    /// Creates a monitor and returns it as Datadog stored it. Its id is claimed.
    ///
    /// # Errors
    /// [`Error`]; it says so when the monitor may exist all the same.
    pub async fn create_monitor(&self, wanted: Wanted<'_>) -> Result<Value, Error> {
        let name = wanted.body["name"].as_str().unwrap_or_default();
        let prepared = async {
            let turn = self.ledger().turn(wanted.body).await;
            Ok((turn, self.before(name).await?))
        };
        let prepared = wanted.stop.run_until_cancelled(prepared).await;
        let (_turn, before) = prepared.ok_or_else(|| Error::Interrupted {
            request: monitor::CREATE.to_owned(),
        })??;
        let mark = Mark {
            before: &before,
            since: self.server_time(),
        };
        let mut sent = 0;
        loop {
            sent += 1;
            let lost = match self.post_monitor(wanted.body, wanted.stop).await {
                Ok(made) => return Ok(self.claimed(made)),
                Err(error) if !error.leaves_doubt() => return Err(error),
                Err(lost) => lost,
            };
            if let Some(found) = self.look(wanted, &mark, &lost).await? {
                return Ok(found);
            }
            if sent == SENDINGS {
                return Err(Error::NotCreated {
                    name: name.to_owned(),
                    lost: Box::new(lost.in_doubt_if(false)),
                    sent,
                    looked: LOOKS.iter().sum(),
                });
            }
        }
    }

    /// The ids of the monitors that were there before this process made any of this name. Few names are looked up one
    /// by one; for more of them one list of everything is cheaper, save where there is too much to list.
    async fn before(&self, name: &str) -> Result<Ids, Error> {
        let ledger = self.ledger();
        if !ledger.is_of_few(name) {
            let all = ledger.all().get_or_try_init(|| self.all_monitor_ids());
            if let Some(ids) = all.await? {
                return Ok(ids.clone());
            }
        }
        let place = ledger.of_name(name);
        let own = place.get_or_try_init(|| self.monitor_ids(name)).await?;
        Ok(own.clone())
    }

    /// Looks for the monitor until it is there or a list can no longer lag.
    async fn look(
        &self,
        wanted: Wanted<'_>,
        mark: &Mark<'_>,
        lost: &Error,
    ) -> Result<Option<Value>, Error> {
        let name = wanted.body["name"].as_str().unwrap_or_default();
        let interrupted = || doubtful(name, lost.clone(), "terraform was interrupted");
        for pause in LOOKS {
            if !pause.is_zero() {
                let slept = wanted.stop.run_until_cancelled(self.sleep(pause)).await;
                slept.ok_or_else(interrupted)?;
            }
            let listed = self
                .graced(wanted.stop, self.monitors_named(name))
                .await
                .ok_or_else(interrupted)?;
            let found = listed.map_err(|error| doubtful(name, lost.clone(), error))?;
            let found = found
                .into_iter()
                .filter(|found| (wanted.same)(found) && self.is_new(found, mark))
                .collect();
            if let Some(adopted) = self.adopt(found, lost)? {
                return Ok(Some(adopted));
            }
        }
        Ok(None)
    }

    fn is_new(&self, found: &Value, mark: &Mark<'_>) -> bool {
        let id = monitor::id(found);
        let created = found["created"]
            .as_str()
            .and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok())
            .map(|time| time.unix_timestamp() * 1000 + i64::from(time.millisecond()));
        let recent = match (created, mark.since) {
            (Some(created), Some(since)) => created >= since - SLACK_MS,
            // A server that dates its answers dates its monitors too.
            (None, Some(_)) => false,
            (_, None) => true,
        };
        recent && !mark.before.contains(&id) && !self.ledger().is_held(&id)
    }

    /// The only one of these, which is claimed with that.
    fn adopt(&self, mut found: Vec<Value>, lost: &Error) -> Result<Option<Value>, Error> {
        if found.len() > 1 {
            return Err(Error::Ambiguous {
                lost: Box::new(lost.clone()),
                ids: found.iter().map(monitor::id).collect(),
            });
        }
        let only = found.pop();
        Ok(only.filter(|only| self.ledger().claim(&monitor::id(only))))
    }

    fn claimed(&self, made: Value) -> Value {
        self.ledger().claim(&monitor::id(&made));
        made
    }
}

fn doubtful(name: &str, lost: Error, why: impl ToString) -> Error {
    Error::Doubtful {
        name: name.to_owned(),
        lost: Box::new(lost),
        why: why.to_string(),
    }
}
