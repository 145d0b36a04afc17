//! What the dispatcher costs beside a twin in Go that does the same work: both are real programs that ask one emulated
//! Runtime API for events and call one https target, in turns, in one run. It prints medians and ratios, and judges
//! nothing: clocks on shared machines lie. That every event was delivered is checked.

mod turn;
mod runtime_api;
mod target;
mod cost;
mod table;

use std::path::PathBuf;

/// One of the two programs.
#[derive(Clone, Debug)]
pub struct Subject {
    /// For the table.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Starts of each program, each with one event.
    pub starts: usize,
    /// Runs of each program with many events.
    pub runs: usize,
    /// Events of such a run, besides those that warm it up.
    pub events: usize,
}

/// Measures `ours` and `twin`.
///
/// # Errors
/// When a program does not start, or an event is not delivered.
pub fn run(ours: &Subject, twin: &Subject, size: Size) -> anyhow::Result<()> {
    let bench = turn::Bench::start()?;
    let mut samples = table::Samples::default();
    for subject in [ours, twin] {
        samples.add(subject.name, "binary, MB", table::megabytes(subject)?);
    }
    for round in 0..size.starts + size.runs {
        // The order changes from round to round, so that none is always the one after a rest.
        let order = if round % 2 == 0 {
            [ours, twin]
        } else {
            [twin, ours]
        };
        for subject in order {
            let figures = if round < size.starts {
                bench.start_once(subject)?.to_vec()
            } else {
                bench.many(subject, size.events)?.to_vec()
            };
            for (figure, value) in figures {
                samples.add(subject.name, figure, value);
            }
        }
    }
    samples.print(ours.name, twin.name);
    Ok(())
}
