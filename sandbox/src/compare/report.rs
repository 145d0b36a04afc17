//! What came of a comparison, as a person reads it.

use std::fmt;

use super::exchange::Exchange;

/// How many exchanges there were, and those that differ.
#[derive(Debug, Default)]
pub(super) struct Report {
    total: u32,
    differing: Vec<(String, Vec<String>)>,
}

impl Report {
    pub(super) fn add(&mut self, exchange: &Exchange, differences: Vec<String>) {
        self.total += 1;
        if !differences.is_empty() {
            let Exchange {
                case, method, path, ..
            } = exchange;
            self.differing
                .push((format!("{case}: {method} {path}"), differences));
        }
    }

    fn agreeing(&self) -> u32 {
        self.total
            .saturating_sub(u32::try_from(self.differing.len()).unwrap_or(u32::MAX))
    }

    /// So many in a hundred agree.
    pub(super) fn percent(&self) -> f64 {
        100.0 * f64::from(self.agreeing()) / f64::from(self.total.max(1))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (exchange, differences) in &self.differing {
            writeln!(f, "{exchange}")?;
            for difference in differences {
                writeln!(f, "    {difference}")?;
            }
        }
        let (agreeing, total) = (self.agreeing(), self.total);
        writeln!(
            f,
            "{agreeing} of {total} exchanges agree ({:.1} %)",
            self.percent()
        )
    }
}
