//! Random and mutated messages against a world of listeners: whatever a message says, no call goes
//! where the allow-list does not lead, and nothing panics. Each guard of the policy, taken away,
//! must make this check fail: else it would prove nothing.
//!
//! `PROPTEST_CASES` sets the number of messages; `make proof` takes 100,000.

mod messages;
mod world;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::policy::{Guard, Policy};
use messages::Case;
use world::World;

/// What a run has seen.
#[derive(Debug, Default)]
struct Seen {
    cases: usize,
    /// With at least one callback line.
    asking: usize,
    /// That led to at least one request.
    dialled: usize,
    /// Calls beyond the allow-list, and panics.
    violations: Vec<String>,
}

/// Sends the cases until there are enough or, with `impatient`, one was found wrong.
fn run(mut runner: TestRunner, without: Option<Guard>, impatient: bool) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::start(without).await;
        let strategy = messages::strategy(world.port, world.other_port);
        let mut seen = Seen::default();
        for _ in 0..runner.config().cases {
            let case: Case = strategy.new_tree(&mut runner).unwrap().current();
            let (requests, wrong) = world.send(&case.event).await;
            seen.cases += 1;
            seen.asking += usize::from(case.asks());
            seen.dialled += usize::from(requests > 0);
            let wrong = wrong
                .into_iter()
                .map(|what| format!("{what}: {}", case.event));
            seen.violations.extend(wrong);
            if impatient && !seen.violations.is_empty() {
                break;
            }
        }
        seen
    })
}

#[test]
fn no_message_leads_beyond_the_allow_list() {
    let seen = run(TestRunner::new(Config::default()), None, false);
    assert!(seen.violations.is_empty(), "{:#?}", seen.violations);
    let Seen {
        cases,
        asking,
        dialled,
        ..
    } = seen;
    eprintln!("{cases} messages, {asking} with a callback line, {dialled} dialled");
    assert!(
        asking * 100 >= cases * 30,
        "{asking} of {cases} ask for a callback"
    );
    assert!(
        dialled * 100 >= cases * 10,
        "{dialled} of {cases} are dialled"
    );
}

#[test]
fn without_any_one_guard_some_message_does() {
    for guard in Policy::GUARDS {
        let config = Config::with_cases(3000);
        // The same messages on each run: this is about the check, not about the messages.
        let runner =
            TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let seen = run(runner, Some(guard), true);
        assert!(!seen.violations.is_empty(), "{guard:?} was not missed");
    }
}
