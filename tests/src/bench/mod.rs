//! What the provider costs, measured as a user meets it: the real terraform, an API server on this machine, and all
//! subjects in turns in one run. It prints medians and ratios, and judges nothing: clocks on shared machines lie.

pub mod probe;

mod turn;
mod subject;
mod table;

use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::path::PathBuf;
use subject::Subject;
use table::Sample;

/// Measures ours, the peer if there is one, and Terraform by itself, with each number of monitors in `sizes`.
///
/// # Errors
/// When a program is not built, or a run of terraform fails.
pub fn provider(peer: Option<PathBuf>, sizes: &[usize], rounds: usize) -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let subjects = Subject::all(peer)?;
    for subject in &subjects {
        println!("{}: schema {}", subject.name, turn::schema(subject)?);
    }
    for &size in sizes {
        let mut samples: BTreeMap<(&str, &str), Vec<Sample>> = BTreeMap::new();
        for round in 0..rounds {
            // The order changes from round to round, so that none is always the one after a rest.
            for i in 0..subjects.len() {
                let subject = &subjects[(i + round) % subjects.len()];
                if size > subject.largest {
                    continue;
                }
                for (step, sample) in turn::life(subject, &sandbox, size)? {
                    samples
                        .entry((step, subject.name))
                        .or_default()
                        .push(sample);
                }
            }
        }
        table::print(size, rounds, &subjects, &samples);
    }
    Ok(())
}
