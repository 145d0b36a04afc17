//! From the table of cases to a report: which can be tested here, on which instance, and what came of each.

use std::fmt::Write;

use tokio::runtime::Builder;
use tokio::time::Instant;

use super::cases::{CASES, Case, Need};
use super::error::{Error, Failure};
use super::instance::Instance;
use super::proxy::Line;
use super::report::{Finding, Outcome, Report};
use super::stage::{Ground, Stage, Store};
use super::trial::Trial;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the run stands on.
    pub ground: Ground,
    /// The names of the cases to run; empty: all.
    pub only: Vec<String>,
}

/// A table of all cases, for people.
pub fn list() -> String {
    let mut text = String::new();
    let width = CASES.iter().map(|case| case.name().len()).max();
    for case in CASES {
        let (name, width) = (case.name(), width.unwrap_or_default());
        let _ = writeln!(text, "{name:<width$}  {}", case.about);
    }
    text
}

/// Who is told how a run goes, while it goes.
pub trait Audience {
    /// The world stands; these settings are what the service must be started with.
    fn begun(&mut self, settings: &[(String, String)]);
    /// A case begins, the `number`th of `total`.
    fn starts(&mut self, name: &str, number: usize, total: usize);
    /// A case has ended.
    fn ended(&mut self, outcome: &Outcome);
}

/// Runs the cases one by one.
///
/// # Errors
/// [`Error`] when the suite itself cannot run; what a case finds is in the report.
pub fn run(request: &Request, audience: &mut dyn Audience) -> Result<Report, Error> {
    let cases = chosen(&request.only)?;
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Setup(error.to_string()))?;
    runtime.block_on(async {
        let stage = Stage::set(&request.ground).await?;
        audience.begun(&stage.settings());
        let mut runner = Runner {
            store: request.ground.store,
            stage: &stage,
            kept: None,
            serial: 0,
        };
        let mut outcomes = Vec::new();
        for (before, case) in cases.iter().enumerate() {
            audience.starts(&case.name(), before + 1, cases.len());
            let outcome = runner.outcome(case).await?;
            audience.ended(&outcome);
            outcomes.push(outcome);
        }
        runner.put_away().await;
        Ok(Report {
            store: request.ground.store.name(),
            outcomes,
        })
    })
}

fn chosen(only: &[String]) -> Result<Vec<&'static Case>, Error> {
    if let Some(stranger) = only
        .iter()
        .find(|name| CASES.iter().all(|case| case.name() != **name))
    {
        return Err(Error::NoCase(stranger.clone()));
    }
    let chosen = |case: &&Case| only.is_empty() || only.contains(&case.name());
    Ok(CASES.iter().filter(chosen).collect())
}

/// So many cases share an instance: it goes on polling what they left, which slows down those to come.
const SHARED: u32 = 10;

/// An instance that is kept for the next case.
struct Kept {
    one: Instance,
    settings: &'static [(&'static str, &'static str)],
    cases: u32,
}

struct Runner<'a> {
    store: Store,
    stage: &'a Stage,
    kept: Option<Kept>,
    serial: u64,
}

impl Runner<'_> {
    async fn outcome(&mut self, case: &Case) -> Result<Outcome, Error> {
        let start = Instant::now();
        let finding = match self.obstacle(case) {
            Some(obstacle) => obstacle,
            None => self.find(case).await?,
        };
        Ok(Outcome {
            case: case.name(),
            about: case.about,
            finding,
            took: start.elapsed(),
        })
    }

    /// Why the case cannot be tested whatever the service is like.
    fn obstacle(&self, case: &Case) -> Option<Finding> {
        let needs = |need| case.needs.contains(&need);
        if self.store == Store::Memory && (needs(Need::Redis) || needs(Need::Second)) {
            let why = "it is about a shared store: `--store redis`";
            return Some(Finding::NotApplicable(why.to_owned()));
        }
        if !self.stage.starts() && (needs(Need::Start) || !case.settings.is_empty()) {
            let settings = case
                .settings
                .iter()
                .map(|(name, value)| format!(" {name}={value}"));
            let settings: String = settings.collect();
            let why = format!("an instance must be started{settings}: use `--start`");
            return Some(Finding::NotTestable(why));
        }
        if needs(Need::Second) && !self.stage.has_second() {
            let why = "there is one instance: give a second `--url`";
            return Some(Finding::NotTestable(why.to_owned()));
        }
        None
    }

    async fn find(&mut self, case: &Case) -> Result<Finding, Error> {
        let Kept {
            one,
            settings,
            cases,
        } = self.instance(case).await?;
        if let Some(seam) = absent_seam(case, &one) {
            self.kept = Some(Kept {
                one,
                settings,
                cases,
            });
            return Ok(Finding::NotTestable(format!("the service has no {seam}")));
        }
        let mut trial = Trial::new(one, self.stage, settings, &mut self.serial);
        let verdict = (case.run)(&mut trial).await;
        let one = trial.one;
        self.stage.fake.calm();
        if let Some(redis) = &self.stage.redis {
            redis.line(Line::Whole);
        }
        match verdict {
            Ok(()) => {
                let cases = cases + 1;
                self.kept = Some(Kept {
                    one,
                    settings,
                    cases,
                });
                Ok(Finding::Pass)
            }
            Err(Failure(what)) => {
                let found = Finding::Fail(what + &one.log_tail());
                self.retire(one).await;
                Ok(found)
            }
        }
    }

    /// The instance of the case before, if it will do; else a fresh one.
    async fn instance(&mut self, case: &Case) -> Result<Kept, Error> {
        if let Some(mut kept) = self.kept.take() {
            if self.will_do(case, &mut kept) {
                return Ok(kept);
            }
            self.retire(kept.one).await;
        }
        let settings = case.settings;
        let one = self.stage.instance(0, settings).await?;
        Ok(Kept {
            one,
            settings,
            cases: 0,
        })
    }

    /// Not one that has ended, nor one whose clock was moved where a second one with a clock of its own comes in.
    fn will_do(&self, case: &Case, kept: &mut Kept) -> bool {
        let alone = !case.needs.contains(&Need::Second) && !case.needs.contains(&Need::Start);
        let fresh_enough = kept.cases < SHARED && alone && kept.settings == case.settings;
        (fresh_enough || !self.stage.starts()) && !kept.one.ended()
    }

    async fn put_away(&mut self) {
        if let Some(kept) = self.kept.take() {
            self.retire(kept.one).await;
        }
    }

    /// Ends an instance of the suite's own, and lets the next one begin with nothing.
    async fn retire(&self, mut one: Instance) {
        one.stop().await;
        if let (true, Some(redis)) = (self.stage.starts(), &self.stage.redis) {
            // What is left over disturbs at most a case that then fails by itself.
            let _ = redis.clear().await;
        }
    }
}

fn absent_seam(case: &Case, one: &Instance) -> Option<&'static str> {
    let seams = [
        (Need::Guard, one.seams.guard, "POST /_conformance/allow"),
        (Need::Clock, one.seams.clock, "POST /_conformance/clock"),
        (
            Need::Admin,
            one.seams.admin,
            "GET /breakers for the token of CB_ADMIN_TOKEN",
        ),
    ];
    let absent = seams
        .into_iter()
        .find(|(need, there, _)| case.needs.contains(need) && !there);
    absent.map(|(_, _, seam)| seam)
}
