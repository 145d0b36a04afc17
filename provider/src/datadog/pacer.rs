//! Keeps the requests of this process under Datadog's rate limits: when answers say that a limit is nearly used up,
//! further requests of that limit wait for its reset instead of running into it. And it knows when limits let nothing
//! through any more. Which request falls under which limit is learned from the answers' headers.
//!
//! Invariants: what is in flight is counted by a [`Permit`], so a request that is given up midway counts no longer;
//! the lock is never held across an await.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Two resets this close belong to one window: Datadog tells them in whole seconds.
const SAME_WINDOW: Duration = Duration::from_secs(1);

/// What the `X-RateLimit-*` headers of an answer say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) name: String,
    pub(super) limit: u64,
    pub(super) period: Duration,
    pub(super) remaining: u64,
    pub(super) reset: Duration,
}

/// All limits known so far.
#[derive(Debug, Default)]
pub(super) struct Pacer(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Route to name of its limit.
    names: HashMap<String, String>,
    windows: HashMap<String, Window>,
    /// Since when there were refusals and nothing else.
    stalled: Option<Instant>,
}

/// One limit's current window.
#[derive(Debug)]
struct Window {
    limit: u64,
    period: Duration,
    remaining: u64,
    resets: Instant,
    in_flight: u64,
}

/// Leave to send one request.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    pacer: &'a Pacer,
    name: Option<String>,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let Some(name) = &self.name else { return };
        if let Some(window) = self.pacer.state().windows.get_mut(name) {
            window.in_flight = window.in_flight.saturating_sub(1);
        }
    }
}

impl Pacer {
    /// Leave to send a request of `route` now, or how long to wait before asking again. A reset later than `longest`
    /// is not waited for: then the server shall speak for itself.
    pub(super) fn admit(
        &self,
        route: &str,
        now: Instant,
        longest: Duration,
    ) -> Result<Permit<'_>, Duration> {
        let mut state = self.state();
        let name = state.names.get(route).cloned();
        let window = name.as_ref().and_then(|name| state.windows.get_mut(name));
        if let Some(window) = window {
            window.begin_anew_if_over(now);
            let wait = window.resets.saturating_duration_since(now);
            // What is in flight may not be counted in `remaining` yet.
            if window.remaining <= window.in_flight && wait <= longest {
                return Err(wait);
            }
            window.in_flight += 1;
        }
        drop(state);
        Ok(Permit { pacer: self, name })
    }

    /// Learns from an answer to a request of `route`; `refused`: it was a 429.
    pub(super) fn learn(&self, route: &str, quota: &Quota, refused: bool, now: Instant) {
        let mut state = self.state();
        state.names.insert(route.to_owned(), quota.name.clone());
        let told = Window {
            limit: quota.limit.max(1),
            period: quota.period,
            remaining: if refused { 0 } else { quota.remaining },
            resets: now + quota.reset,
            in_flight: 0,
        };
        match state.windows.get_mut(&quota.name) {
            Some(window) => window.update(told, now),
            None => drop(state.windows.insert(quota.name.clone(), told)),
        }
    }

    /// A rate limit refused a request, which could be sent again after `pause`. Answers for how long there have been
    /// nothing but refusals by then.
    pub(super) fn stalled(&self, now: Instant, pause: Duration) -> Duration {
        let since = *self.state().stalled.get_or_insert(now);
        now.saturating_duration_since(since) + pause
    }

    /// A request got through to the server.
    pub(super) fn got_through(&self) {
        self.state().stalled = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    /// After its reset a window is whole again; when it ends is not known until an answer says so.
    fn begin_anew_if_over(&mut self, now: Instant) {
        if self.resets <= now {
            self.remaining = self.limit;
            self.resets = now + self.period;
        }
    }

    /// Answers overtake each other: within one window only the least of what they say remains is true.
    fn update(&mut self, told: Self, now: Instant) {
        self.begin_anew_if_over(now);
        let newer = told.resets > self.resets + SAME_WINDOW;
        self.remaining = if newer {
            told.remaining
        } else {
            self.remaining.min(told.remaining)
        };
        (self.limit, self.period, self.resets) = (told.limit, told.period, told.resets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(600);
    const ROUTE: &str = "GET /a";

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn quota(remaining: u64, reset: u64) -> Quota {
        Quota {
            name: "monitors".to_owned(),
            limit: 3,
            period: seconds(10),
            remaining,
            reset: seconds(reset),
        }
    }

    /// The wait, or 0 with a request in flight for as long as the permit lives.
    fn wait(pacer: &Pacer, route: &str, now: Instant) -> u64 {
        match pacer.admit(route, now, LONGEST) {
            Ok(permit) => {
                std::mem::forget(permit);
                0
            }
            Err(wait) => wait.as_secs(),
        }
    }

    #[test]
    fn requests_wait_before_the_limit_is_hit_and_the_next_window_is_whole() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        assert_eq!(wait(&pacer, ROUTE, now), 0, "nothing is known yet");
        pacer.learn(ROUTE, &quota(2, 7), false, now);
        let waits = [(); 3].map(|()| wait(&pacer, ROUTE, now));
        assert_eq!(waits, [0, 0, 7], "two in flight use up what remains");
        assert_eq!(wait(&pacer, "GET /b", now), 0, "another limit");
        let later = now + seconds(7);
        let waits = [(); 2].map(|()| wait(&pacer, ROUTE, later));
        assert_eq!(waits, [0, 10], "those in flight count in the new window");
    }

    #[test]
    fn routes_of_one_name_share_its_limit() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        pacer.learn("GET /b", &quota(3, 9), false, now);
        pacer.learn(ROUTE, &quota(0, 9), false, now);
        assert_eq!(wait(&pacer, "GET /b", now), 9);
    }

    #[test]
    fn a_request_that_is_given_up_leaves_its_place() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        pacer.learn(ROUTE, &quota(1, 9), false, now);
        let permit = pacer.admit(ROUTE, now, LONGEST).unwrap();
        assert!(pacer.admit(ROUTE, now, LONGEST).is_err());
        drop(permit);
        assert!(pacer.admit(ROUTE, now, LONGEST).is_ok());
    }

    #[test]
    fn answers_may_overtake_each_other_but_a_newer_window_counts() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        pacer.learn(ROUTE, &quota(0, 9), false, now);
        pacer.learn(ROUTE, &quota(2, 10), false, now);
        assert_eq!(wait(&pacer, ROUTE, now), 10, "the same window");
        pacer.learn(ROUTE, &quota(2, 14), false, now);
        assert_eq!(wait(&pacer, ROUTE, now), 0, "a newer one");
    }

    #[test]
    fn a_refusal_empties_the_window_whatever_it_says() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        pacer.learn(ROUTE, &quota(3, 4), true, now);
        assert_eq!(wait(&pacer, ROUTE, now), 4);
    }

    #[test]
    fn a_reset_too_far_away_is_not_waited_for() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        pacer.learn(ROUTE, &quota(0, 3600), false, now);
        assert_eq!(wait(&pacer, ROUTE, now), 0);
    }

    #[test]
    fn a_stall_lasts_until_anything_gets_through() {
        let (pacer, now) = (Pacer::default(), Instant::now());
        assert_eq!(pacer.stalled(now, seconds(5)), seconds(5));
        assert_eq!(pacer.stalled(now + seconds(60), seconds(5)), seconds(65));
        pacer.got_through();
        assert_eq!(pacer.stalled(now + seconds(70), seconds(5)), seconds(5));
    }
}
