//! The house rules, each a function from the whole source tree to its violations. `RULES` is the only list of them.
//! A rule reads the tree it is given and nothing else, so its tests are trees of a few lines; no rule touches the disk.

mod foreign;
mod forbidden;
mod heads;
mod layers;
mod lints;
mod members;
mod panics;
mod prose;
mod size;
mod vocabulary;

mod manifest;
mod source;
mod tree;

use std::fmt;

pub use tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path inside the project, with `/`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Violation {
    fn new(path: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// A named rule.
pub struct Rule {
    /// The name printed in front of its violations.
    pub name: &'static str,
    /// Finds every violation of the rule in a tree.
    pub check: fn(&Tree) -> Vec<Violation>,
}

/// Every rule there is.
pub const RULES: &[Rule] = &[
    Rule {
        name: "heads",
        check: heads::check,
    },
    Rule {
        name: "size",
        check: size::check,
    },
    Rule {
        name: "lints",
        check: lints::check,
    },
    Rule {
        name: "layers",
        check: layers::check,
    },
    Rule {
        name: "foreign",
        check: foreign::check,
    },
    Rule {
        name: "vocabulary",
        check: vocabulary::check,
    },
    Rule {
        name: "forbidden",
        check: forbidden::check,
    },
    Rule {
        name: "panics",
        check: panics::check,
    },
    Rule {
        name: "members",
        check: members::check,
    },
    Rule {
        name: "prose",
        check: prose::check,
    },
];

/// All violations of all rules, one line each: `path:line: rule: what: remedy`.
pub struct Report(Vec<(&'static str, Violation)>);

impl Report {
    /// Checks every rule.
    pub fn of(tree: &Tree) -> Self {
        Self(
            RULES
                .iter()
                .flat_map(|rule| (rule.check)(tree).into_iter().map(|v| (rule.name, v)))
                .collect(),
        )
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rule, v) in &self.0 {
            writeln!(f, "{}:{}: {rule}: {}: {}", v.path, v.line, v.what, v.remedy)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod testing {
    use super::{Tree, Violation};

    /// The places (`path:line`) a rule reports in a tree of the given files.
    pub(super) fn places(
        check: fn(&Tree) -> Vec<Violation>,
        files: &[(&str, &str)],
    ) -> Vec<String> {
        let mut found = check(&Tree::of(files));
        found.sort();
        found
            .iter()
            .map(|v| format!("{}:{}", v.path, v.line))
            .collect()
    }
}
