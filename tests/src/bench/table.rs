//! Medians of the samples, and their ratios to Terraform's floor and to the peer, as lines of text.

use super::subject::Subject;
use std::collections::BTreeMap;
use std::time::Duration;

/// What one command cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
    pub(super) rss_kib: u64,
    pub(super) requests: u64,
}

/// By step and subject.
pub(super) type Samples<'a> = BTreeMap<(&'a str, &'a str), Vec<Sample>>;

/// Prints the table of one size.
pub(super) fn print(size: usize, rounds: usize, subjects: &[Subject], samples: &Samples<'_>) {
    println!("\nN = {size}, medians of {rounds} rounds");
    println!(
        "{:<16}{:<8}{:>10}{:>10}{:>10}{:>10}{:>12}",
        "step", "who", "wall s", "cpu s", "rss MiB", "requests", "wall/floor"
    );
    let mut steps: Vec<&str> = samples.keys().map(|(step, _)| *step).collect();
    steps.dedup();
    for step in steps {
        let floor = samples.get(&(step, "floor")).map(|samples| median(samples));
        for subject in subjects {
            let Some(samples) = samples.get(&(step, subject.name)) else {
                continue;
            };
            println!(
                "{:<16}{:<8}{}",
                step,
                subject.name,
                row(&median(samples), floor.as_ref())
            );
        }
    }
}

fn row(sample: &Sample, floor: Option<&Sample>) -> String {
    let ratio = floor.map_or(f64::NAN, |floor| {
        sample.wall.as_secs_f64() / floor.wall.as_secs_f64()
    });
    format!(
        "{:>10.3}{:>10.3}{:>10.1}{:>10}{:>12.2}",
        sample.wall.as_secs_f64(),
        sample.cpu.as_secs_f64(),
        sample.rss_kib as f64 / 1024.0,
        sample.requests,
        ratio
    )
}

/// The median of each figure by itself.
fn median(samples: &[Sample]) -> Sample {
    Sample {
        wall: middle(samples.iter().map(|sample| sample.wall)),
        cpu: middle(samples.iter().map(|sample| sample.cpu)),
        rss_kib: middle(samples.iter().map(|sample| sample.rss_kib)),
        requests: middle(samples.iter().map(|sample| sample.requests)),
    }
}

fn middle<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_has_its_own_median() {
        let sample = |wall, requests| Sample {
            wall: Duration::from_secs(wall),
            cpu: Duration::ZERO,
            rss_kib: 0,
            requests,
        };
        let middle = median(&[sample(3, 1), sample(1, 9), sample(2, 5)]);
        assert_eq!((middle.wall.as_secs(), middle.requests), (2, 5));
    }
}
