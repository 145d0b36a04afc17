//! What was found: rows for people as they come, the sum, and the same as JSON. Nothing is judged here.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The service keeps this promise.
    Pass,
    /// It does not: what was expected, what came, and its last words.
    Fail(String),
    /// Nobody knows, because of what is missing.
    NotTestable(String),
    /// The promise is about something this run does not have.
    NotApplicable(String),
}

impl Finding {
    /// Its name in every format.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(_) => "FAIL",
            Self::NotTestable(_) => "not testable",
            Self::NotApplicable(_) => "not applicable",
        }
    }

    /// The reason, where one is needed.
    pub fn detail(&self) -> &str {
        match self {
            Self::Pass => "",
            Self::Fail(detail) | Self::NotTestable(detail) | Self::NotApplicable(detail) => detail,
        }
    }
}

/// One case, and what came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name.
    pub case: String,
    /// What a service that passes does.
    pub about: &'static str,
    /// What came of it.
    pub finding: Finding,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (case, word, ms) = (&self.case, self.finding.word(), self.took.as_millis());
        writeln!(f, "{case:<34}  {word:<14}  {ms:>6} ms")?;
        match &self.finding {
            Finding::Pass => Ok(()),
            Finding::Fail(detail) => {
                writeln!(f, "    promised: {}\n    found: {detail}", self.about)
            }
            Finding::NotTestable(why) | Finding::NotApplicable(why) => writeln!(f, "    {why}"),
        }
    }
}

/// A whole run.
#[derive(Debug, Clone)]
pub struct Report {
    /// `memory` or `redis`.
    pub store: &'static str,
    /// One for each case, in order.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    fn count(&self, is: impl Fn(&Finding) -> bool) -> usize {
        let findings = self.outcomes.iter().map(|outcome| &outcome.finding);
        findings.filter(|finding| is(finding)).count()
    }

    /// How many promises are broken.
    pub fn failed(&self) -> usize {
        self.count(|finding| matches!(finding, Finding::Fail(_)))
    }

    /// How many cases nobody could test.
    pub fn untested(&self) -> usize {
        self.count(|finding| matches!(finding, Finding::NotTestable(_)))
    }

    /// The last line for people.
    pub fn sum(&self) -> String {
        let passed = self.count(|finding| *finding == Finding::Pass);
        let alien = self.count(|finding| matches!(finding, Finding::NotApplicable(_)));
        format!(
            "store {}: {passed} passed, {} failed, {} not testable, {alien} not applicable\n",
            self.store,
            self.failed(),
            self.untested()
        )
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let case = |outcome: &Outcome| {
            json!({
                "case": outcome.case,
                "about": outcome.about,
                "finding": outcome.finding.word(),
                "detail": outcome.finding.detail(),
                "ms": u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
            })
        };
        json!({
            "store": self.store,
            "failed": self.failed(),
            "not_testable": self.untested(),
            "cases": self.outcomes.iter().map(case).collect::<Value>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Finding, Outcome, Report};

    #[test]
    fn what_nobody_tested_is_never_counted_as_passed() {
        let outcome = |finding| Outcome {
            case: "a-case".to_owned(),
            about: "it holds",
            finding,
            took: Duration::from_millis(7),
        };
        let findings = [
            Finding::Pass,
            Finding::Fail("no".to_owned()),
            Finding::NotTestable("no seam".to_owned()),
            Finding::NotApplicable("memory".to_owned()),
        ];
        let report = Report {
            store: "memory",
            outcomes: findings.map(outcome).into(),
        };
        assert_eq!(
            report.sum(),
            "store memory: 1 passed, 1 failed, 1 not testable, 1 not applicable\n"
        );
        let json = report.json();
        assert_eq!(
            (&json["failed"], &json["not_testable"]),
            (&1.into(), &1.into())
        );
        assert_eq!(json["cases"][2]["finding"], "not testable");
        assert!(
            report.outcomes[1]
                .to_string()
                .contains("promised: it holds")
        );
    }
}
