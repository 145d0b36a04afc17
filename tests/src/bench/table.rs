//! Medians of the samples, and their ratios to Terraform's floor and to the peer, as lines of text.

use super::subject::{FLOOR, Subject, TWIN};
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
    println!("{HEAD}");
    let mut steps: Vec<&str> = samples.keys().map(|(step, _)| *step).collect();
    steps.dedup();
    for step in steps {
        let find = |name| samples.get(&(step, name)).map(|samples| median(samples));
        let (floor, twin) = (find(FLOOR), find(TWIN));
        for subject in subjects {
            let Some(sample) = find(subject.name) else {
                continue;
            };
            let ratios = [floor, twin].map(|base| ratio(&sample, base));
            println!(
                "{step:<16}{:<8}{}{:>10}{:>10}",
                subject.name,
                row(&sample),
                ratios[0],
                ratios[1]
            );
        }
    }
}

const HEAD: &str =
    "step            who         wall s     cpu s   rss MiB  requests   / floor    / twin";

fn row(sample: &Sample) -> String {
    format!(
        "{:>10.3}{:>10.3}{:>10.1}{:>10}",
        sample.wall.as_secs_f64(),
        sample.cpu.as_secs_f64(),
        sample.rss_kib as f64 / 1024.0,
        sample.requests,
    )
}

fn ratio(sample: &Sample, base: Option<Sample>) -> String {
    base.map_or_else(
        || "-".to_owned(),
        |base| format!("{:.2}", sample.wall.as_secs_f64() / base.wall.as_secs_f64()),
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
