//! The instances of the service: the scaffold's own parts over the seams of this simulation, started and killed by the schedule.

use crate::schedule::What;
use crate::source::Datadog;
use crate::store::{Connection, Redis};
use crate::time;
use crate::world::World;
use async_trait::async_trait;
use service::clock::Clock;
use service::config::{SettingError, Settings};
use service::heal;
use service::hook::Hooks;
use service::service::{Parts, Service};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// One life of one instance.
pub(crate) struct Life {
    pub(crate) service: Arc<Service>,
    /// Names the life: an instance that starts anew is another one.
    pub(crate) name: String,
    tasks: [JoinHandle<()>; 2],
    over: watch::Sender<bool>,
}

impl Life {
    /// Returns when it is killed.
    pub(crate) async fn killed(&self) {
        let mut over = self.over.subscribe();
        let _ = over.wait_for(|over| *over).await;
    }
}

/// All instances and what they share.
pub(crate) struct Cluster {
    pub(crate) world: Arc<World>,
    pub(crate) redis: Arc<Redis>,
    clock: Arc<Clock>,
    lives: Mutex<Vec<Option<Arc<Life>>>>,
}

impl Cluster {
    pub(crate) fn new(world: Arc<World>) -> Arc<Self> {
        let clock = Arc::new(Clock::new(time::wall));
        let redis = Redis::new(world.clone(), clock.clone());
        let lives = Mutex::new(vec![None; world.truth.schedule.instances]);
        Arc::new(Self { world, redis, clock, lives })
    }

    /// Those that run now.
    pub(crate) fn alive(&self) -> Vec<Arc<Life>> {
        self.lives.lock().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect()
    }

    /// Starts and kills instance `index` for ever, as the schedule says.
    pub(crate) async fn keep(self: Arc<Self>, index: usize) -> Result<(), SettingError> {
        let events = &self.world.truth.schedule.events;
        let mine = |what: &What| matches!(what, What::Restart { instance, .. } if *instance == index);
        let restarts = events.iter().filter(|event| mine(&event.what));
        let mut moments: Vec<_> = restarts.flat_map(|event| [event.at, event.at + event.what.lasts()]).collect();
        moments.push(0);
        moments.sort_unstable();
        for moment in moments {
            time::sleep_until(moment).await;
            let life = match self.world.truth.on(moment, mine) {
                Some(_) => None,
                None if self.runs(index) => continue,
                None => Some(Arc::new(self.start(index, moment)?)),
            };
            self.replace(index, life);
        }
        Ok(())
    }

    fn runs(&self, index: usize) -> bool {
        self.lives.lock().unwrap_or_else(PoisonError::into_inner)[index].is_some()
    }

    fn replace(&self, index: usize, life: Option<Arc<Life>>) {
        let former = std::mem::replace(&mut self.lives.lock().unwrap_or_else(PoisonError::into_inner)[index], life);
        if let Some(former) = former {
            self.world.saw("restart");
            former.tasks.iter().for_each(JoinHandle::abort);
            former.over.send_replace(true);
        }
    }

    fn start(&self, index: usize, moment: i64) -> Result<Life, SettingError> {
        let name = format!("{index}-{moment}");
        let source = Arc::new(Datadog::new(self.world.clone()));
        let store = Arc::new(Connection::new(self.redis.clone(), name.clone(), source.clone()));
        let seed = self.world.truth.schedule.seed ^ (moment as u64) << 8 ^ index as u64;
        let parts = Parts { clock: self.clock.clone(), store, source, hooks: Arc::new(NoHooks), seed };
        let service = Service::new(settings(&self.world)?, parts);
        let tasks = [tokio::spawn(heal::refresh(service.clone())), tokio::spawn(heal::poll(service.clone()))];
        Ok(Life { service, name, tasks, over: watch::Sender::new(false) })
    }
}

/// The defaults, but for what a mutant changes.
fn settings(world: &World) -> Result<Settings, SettingError> {
    let needed =
        [("DD_API_KEY", "k"), ("DD_APP_KEY", "k"), ("CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")];
    let get = |name: &str| needed.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let mut settings = Settings::read(&get)?;
    if let Some(mutant) = world.mutant {
        mutant.set(&mut settings);
    }
    Ok(settings)
}

struct NoHooks;

#[async_trait]
impl Hooks for NoHooks {}
