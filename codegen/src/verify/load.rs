//! A service under load: signed callbacks at a fixed rate on two instances over one Redis, while the monitors' states move. Said is
//! whether an update was lost, and how long the answers took; a clock judges nothing here.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Builder;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::bank::Bank;
use super::callback::Callback;
use super::error::{Error, Failure, Verdict};
use super::instance::{Instance, Verdicts};
use super::redis::Redis;
use super::stage::{Ground, Stage, Store};
use super::wait;

/// How much is asked of a service.
#[derive(Debug, Clone)]
pub struct Load {
    /// What the run stands on; its store is Redis.
    pub ground: Ground,
    /// Callbacks a second.
    pub rate: u32,
    /// For how many seconds.
    pub seconds: u32,
    /// The monitors that take turns, each with [`Load::groups`].
    pub monitors: u32,
    /// Groups of each monitor; each callback finds one of them moved.
    pub groups: u32,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Weighed {
    /// How many callbacks were answered with which status; 0: with none.
    pub answers: BTreeMap<u16, usize>,
    /// Where Redis or a guard differs from the monitors at the end; empty: no update was lost.
    pub lost: Vec<String>,
    /// From the moment a callback was due to its answer, ascending.
    latencies: Vec<Duration>,
}

impl Weighed {
    /// So many thousandths of all callbacks were answered within this time: 500 is the median.
    pub fn within(&self, thousandths: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let at = (self.latencies.len() * thousandths / 1000).min(last);
        self.latencies.get(at).copied().unwrap_or_default()
    }

    /// How many callbacks were sent.
    pub fn sent(&self) -> usize {
        self.answers.values().sum()
    }
}

impl fmt::Display for Weighed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |thousandths| self.within(thousandths).as_secs_f64() * 1e3;
        write!(f, "{} callbacks", self.sent())?;
        for (status, count) in &self.answers {
            write!(f, ", {count} answered {status}")?;
        }
        let (half, most, all) = (ms(500), ms(990), ms(1000));
        write!(f, "; p50 {half:.1} ms, p99 {most:.1} ms, max {all:.1} ms")?;
        match self.lost.as_slice() {
            [] => write!(f, "; no update lost"),
            lost => write!(f, "; LOST: {}", lost.join("; ")),
        }
    }
}

/// Starts two instances, sends the callbacks when they are due whatever became of those before, and compares the ends.
///
/// # Errors
/// [`Error`] when the world or an instance cannot be started.
pub fn load(load: &Load) -> Result<Weighed, Error> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Setup(error.to_string()))?;
    runtime.block_on(async {
        let mut ground = load.ground.clone();
        ground.store = Store::Redis;
        let stage = Stage::set(&ground).await?;
        let url = stage.redis.as_ref().map(Redis::direct_url);
        // Without the proxy, whose own work would be measured too; and all groups may be open at once.
        let settings = [
            ("REDIS_URL", url.as_deref().unwrap_or_default()),
            ("CB_MAX_OPEN_PERCENT", "100"),
        ];
        let mut instances = vec![
            stage.instance(0, &settings).await?,
            stage.instance(1, &settings).await?,
        ];
        let mut banks = banks(load, &stage);
        let mut weighed = arrive(load, &instances, &mut banks).await;
        weighed.lost = differences(&stage, &instances, &banks, weighed.owed()).await;
        for instance in &mut instances {
            instance.stop().await;
        }
        Ok(weighed)
    })
}

impl Weighed {
    /// Whether a callback was refused for now: what it announced is then owed by the reading again, and may come later.
    fn owed(&self) -> bool {
        self.answers.keys().any(|status| *status != 200)
    }
}

/// A monitor whose groups move.
struct Moving {
    bank: Bank,
    /// By name, whether it alerts.
    groups: Vec<(String, bool)>,
}

impl Moving {
    /// Turns one group over.
    fn turn(&mut self, at: usize) {
        let count = self.groups.len();
        if let Some((_, alerts)) = self.groups.get_mut(at % count.max(1)) {
            *alerts = !*alerts;
        }
        self.publish();
    }

    fn publish(&mut self) {
        let status = |alerts: &bool| if *alerts { "Alert" } else { "OK" };
        let groups = self.groups.iter();
        let groups: Vec<_> = groups
            .map(|(name, alerts)| (name.as_str(), status(alerts)))
            .collect();
        self.bank.set(&groups);
    }

    /// As [`Redis::levels`] says it.
    fn levels(&self) -> String {
        let level = |alerts: &bool| if *alerts { "open" } else { "closed" };
        let groups = self.groups.iter();
        let levels: Vec<_> = groups
            .map(|(name, alerts)| format!("{name}={}", level(alerts)))
            .collect();
        levels.join(" ")
    }
}

fn banks(load: &Load, stage: &Stage) -> Vec<Moving> {
    let moving = |number: u32| {
        let breaker = format!("bank-{number}");
        let id = u64::from(800_000 + number);
        let bank = Bank::new(&stage.fake, id, breaker, &stage.service);
        let groups = (0..load.groups).map(|group| (format!("bank_code:{group:04}"), false));
        let mut moving = Moving {
            bank,
            groups: groups.collect(),
        };
        moving.publish();
        moving
    };
    (0..load.monitors.max(1)).map(moving).collect()
}

/// Open loop: the schedule is fixed, and a late answer delays no later callback.
async fn arrive(load: &Load, instances: &[Instance], banks: &mut [Moving]) -> Weighed {
    let (start, count) = (Instant::now(), banks.len());
    let mut flying: Vec<JoinHandle<(u16, Duration)>> = Vec::new();
    for at in 0..(load.rate * load.seconds) as usize {
        let due = start + Duration::from_secs_f64(at as f64 / f64::from(load.rate.max(1)));
        wait::at(due).await;
        let (turn, place) = (at / count, at % count);
        // Each monitor's callbacks go to both instances in turns, so that these race for it.
        let (Some(moving), Some(instance)) = (
            banks.get_mut(place),
            instances.get((turn + place) % instances.len()),
        ) else {
            continue;
        };
        moving.turn(turn);
        let callback = Callback::new(&moving.bank.id, format!("load-{at}"));
        let sender = instance.sender();
        flying.push(tokio::spawn(async move {
            let answer = sender.send(&callback).await;
            (answer.map_or(0, |answer| answer.status), due.elapsed())
        }));
    }
    let mut weighed = Weighed::default();
    for (status, latency) in join_all(flying).await.into_iter().flatten() {
        *weighed.answers.entry(status).or_default() += 1;
        weighed.latencies.push(latency);
    }
    weighed.latencies.sort_unstable();
    weighed
}

/// Where the ends differ. What was answered 200 is in Redis at once, since a later reading would hide a loss; the other instance's
/// guard, and what is owed, are waited for.
async fn differences(
    stage: &Stage,
    instances: &[Instance],
    banks: &[Moving],
    owed: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for moving in banks {
        let stored = match (owed, instances.first()) {
            (true, Some(instance)) => {
                let same = async || Ok(in_redis(stage, moving).await.ok());
                instance.until("Redis is as the monitors are", same).await
            }
            _ => in_redis(stage, moving).await,
        };
        found.extend(stored.err());
    }
    for (at, instance) in instances.iter().enumerate() {
        for moving in banks {
            let guarded = in_guard(instance, moving).await.err();
            found.extend(guarded.map(|Failure(what)| Failure(format!("instance {at}: {what}"))));
        }
    }
    found.into_iter().map(|Failure(what)| what).collect()
}

async fn in_redis(stage: &Stage, moving: &Moving) -> Verdict {
    let (Some(redis), wanted) = (&stage.redis, moving.levels()) else {
        return Err(Failure("there is no Redis".to_owned()));
    };
    let Bank { id, breaker, .. } = &moving.bank;
    let stored = redis.levels(breaker, id).await?;
    let what = || format!("Redis holds `{stored}` of monitor {id}, which is `{wanted}`");
    super::error::expect(stored == wanted, what)
}

async fn in_guard(instance: &Instance, moving: &Moving) -> Verdict {
    let breaker = moving.bank.breaker.as_str();
    for (group, alerts) in &moving.groups {
        let what = if *alerts { "open" } else { "closed" };
        // An open group's first call may be a probe, whatever the share.
        let as_wanted = |seen: Verdicts| {
            if *alerts {
                seen.allow == 0
            } else {
                seen.allow == 3
            }
        };
        instance
            .becomes(what, (breaker, group, 3), as_wanted)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Weighed;

    #[test]
    fn a_share_of_the_answers_came_within_its_time() {
        let ms = Duration::from_millis;
        let weighed = Weighed {
            answers: [(200, 99), (503, 1)].into(),
            latencies: (1..=100).map(ms).collect(),
            lost: vec!["one".to_owned()],
        };
        let within = [0, 500, 990, 1000].map(|share| weighed.within(share));
        assert_eq!(within, [ms(1), ms(51), ms(100), ms(100)]);
        assert_eq!(Weighed::default().within(990), ms(0));
        assert!(weighed.owed());
        let text = weighed.to_string();
        assert!(text.starts_with("100 callbacks, 99 answered 200, 1 answered 503; p50 51.0 ms"));
        assert!(text.ends_with("; LOST: one"), "{text}");
    }
}
