//! The one shared state, its lock, its clocks and its wake-up call. Nothing polls: whoever waits is woken by a change or by
//! a due time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::{Clock, Moment};
use crate::lines::Lines;
use crate::record::{Record, Run, VERSION};
use crate::world::World;

/// How the sandbox is set up; fixed for its life.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The one API key that is let in; any without it.
    pub api_key: Option<String>,
    /// The one application key that is let in; any, or none at all, without it.
    pub app_key: Option<String>,
    /// Virtual seconds per second.
    pub speed: f64,
    /// Decides every id.
    pub seed: u64,
    /// How long the function may take, in wall time.
    pub timeout: Duration,
    /// What it carries between others.
    pub lines: Lines,
    /// Where the service is whose breakers it follows.
    pub service_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_key: Some("sandbox-api-key".to_owned()),
            app_key: Some("sandbox-app-key".to_owned()),
            speed: 1.0,
            seed: 1,
            timeout: Duration::from_secs(30),
            lines: Lines::default(),
            service_url: None,
        }
    }
}

impl Settings {
    /// Whoever sends some API key is let in.
    pub fn open() -> Self {
        Self {
            api_key: None,
            app_key: None,
            ..Self::default()
        }
    }
}

/// What a wait is for, besides a change.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// The virtual clock shows this.
    Virtual(u64),
    /// The wall clock shows this.
    Wall(u64),
    /// Nothing else.
    Change,
}

/// The shared state.
#[derive(Debug)]
pub struct Hub {
    world: Mutex<World>,
    wake: Notify,
    kill: Notify,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
}

impl Hub {
    /// A fresh, empty sandbox.
    pub fn new(settings: Settings) -> Self {
        let clock = Clock::start(settings.speed);
        Self {
            world: Mutex::new(World::new(settings.seed, clock.now())),
            wake: Notify::new(),
            kill: Notify::new(),
            clock,
            settings,
        }
    }

    /// Works on the state without telling anyone. Keep it short: the lock is held.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&mut World, Moment) -> T) -> T {
        let now = self.clock.now();
        let mut world = self.lock();
        let done = work(&mut world, now);
        world.seen = now;
        done
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment of the latest work on the state.
    pub(crate) fn latest(&self) -> Moment {
        self.lock().seen
    }

    /// Adds to the record of the run. It is no work on the state: nobody is told, and no time passes.
    pub(crate) fn append(&self, work: impl FnOnce(&mut Record)) {
        work(&mut self.lock().record);
    }

    /// The run so far.
    pub(crate) fn run(&self) -> Run {
        Run {
            version: VERSION,
            seed: self.settings.seed,
            speed: self.settings.speed,
            timeout_s: self.settings.timeout.as_secs_f64(),
            record: self.lock().record.clone(),
        }
    }

    /// Works on the state, then wakes everyone who waits.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut World, Moment) -> T) -> T {
        let done = self.look(work);
        self.wake();
        done
    }

    /// Wakes everyone who waits.
    pub(crate) fn wake(&self) {
        self.wake.notify_waiters();
    }

    /// Tries until it succeeds: at once, after each change, and at the time the failed try names.
    /// Must not change the state when it fails: that would wake nobody.
    pub(crate) async fn wait<T>(
        &self,
        mut attempt: impl FnMut(&mut World, Moment) -> Result<T, Until>,
    ) -> T {
        loop {
            let changed = self.wake.notified();
            tokio::pin!(changed);
            // Listening begins before the try, so that a change in between is not missed.
            changed.as_mut().enable();
            let pause = match self.look(&mut attempt) {
                Ok(done) => return done,
                Err(Until::Change) => {
                    changed.await;
                    continue;
                }
                Err(Until::Virtual(due_ms)) => self.clock.until(due_ms),
                Err(Until::Wall(due_ms)) => {
                    Duration::from_millis(due_ms.saturating_sub(self.clock.now().wall_ms))
                }
            };
            tokio::select! {
                () = changed => {}
                // A timer may fire a hair early; a whole millisecond more keeps the loop from spinning.
                () = tokio::time::sleep(pause + Duration::from_millis(1)) => {}
            }
        }
    }

    /// Asks for the function's process to be ended.
    pub(crate) fn kill_function(&self) {
        self.kill.notify_waiters();
    }

    /// Waits for [`Hub::kill_function`].
    pub(crate) async fn function_killed(&self) {
        self.kill.notified().await;
    }
}
