//! Medians of the samples, and their ratio, beside what the project aims at.

use super::Subject;
use anyhow::Context;

/// A figure, and the most that it may be: as a ratio to the twin's, or by itself.
const FIGURES: &[(&str, Aim)] = &[
    ("start to first answer, ms", Aim::Ratio(0.4)),
    ("RSS after it, MiB", Aim::Ratio(0.4)),
    ("CPU per event, µs", Aim::Ratio(0.4)),
    ("events/s", Aim::None),
    ("peak RSS, MiB", Aim::None),
    ("binary, MB", Aim::Most(3.0)),
];

#[derive(Clone, Copy)]
enum Aim {
    Ratio(f64),
    Most(f64),
    None,
}

/// All samples: whose, of what, how much.
#[derive(Default)]
pub(super) struct Samples(Vec<(&'static str, &'static str, f64)>);

impl Samples {
    pub(super) fn add(&mut self, name: &'static str, figure: &'static str, value: f64) {
        self.0.push((name, figure, value));
    }

    /// One line per figure.
    pub(super) fn print(&self, ours: &str, twin: &str) {
        println!(
            "{:<28}{ours:>12}{twin:>12}{:>8}  {:<14}{:>8}",
            "medians", "ratio", "aim", "samples"
        );
        for &(figure, aim) in FIGURES {
            let (ours, count) = self.median(ours, figure);
            let (twin, _) = self.median(twin, figure);
            let ratio = ours / twin;
            let aim = match aim {
                Aim::Ratio(most) => said("ratio", most, ratio),
                Aim::Most(most) => said("ours", most, ours),
                Aim::None => String::new(),
            };
            println!("{figure:<28}{ours:>12.2}{twin:>12.2}{ratio:>8.2}  {aim:<14}{count:>8}");
        }
    }

    fn median(&self, name: &str, figure: &str) -> (f64, usize) {
        let mine = self
            .0
            .iter()
            .filter(|sample| (sample.0, sample.1) == (name, figure));
        let mut values: Vec<f64> = mine.map(|sample| sample.2).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
        (middle, values.len())
    }
}

fn said(what: &str, most: f64, value: f64) -> String {
    let verdict = if value <= most { "met" } else { "MISSED" };
    format!("{what} ≤ {most}: {verdict}")
}

/// The size of the program.
pub(super) fn megabytes(subject: &Subject) -> anyhow::Result<f64> {
    let file = std::fs::metadata(&subject.program)
        .with_context(|| format!("`{}` is not built", subject.program.display()))?;
    Ok(file.len() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_of_one_figure_of_one_subject() {
        let mut samples = Samples::default();
        for (name, figure, value) in [
            ("a", "x", 3.0),
            ("a", "x", 1.0),
            ("a", "x", 2.0),
            ("b", "x", 9.0),
        ] {
            samples.add(name, figure, value);
        }
        assert_eq!(samples.median("a", "x"), (2.0, 3));
        assert_eq!(said("ratio", 0.4, 0.41), "ratio ≤ 0.4: MISSED");
        assert_eq!(said("ratio", 0.4, 0.4), "ratio ≤ 0.4: met");
    }
}
