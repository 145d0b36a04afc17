//! Reports side by side: a row for each case, a column for each language and store.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// The columns by their titles, in the order in which they came.
#[derive(Default)]
pub(crate) struct Matrix {
    columns: Vec<String>,
    /// In the order of the first report.
    cases: Vec<String>,
    /// By case and column: the finding and its detail.
    cells: BTreeMap<(String, String), (String, String)>,
}

impl Matrix {
    /// Adds a report of `cb-gen verify --format json`.
    pub(crate) fn add(&mut self, column: &str, report: &Value) {
        self.columns.push(column.to_owned());
        for outcome in report["cases"].as_array().into_iter().flatten() {
            let text = |name: &str| outcome[name].as_str().unwrap_or_default().to_owned();
            let case = text("case");
            if !self.cases.contains(&case) {
                self.cases.push(case.clone());
            }
            let cell = (text("finding"), text("detail"));
            self.cells.insert((case, column.to_owned()), cell);
        }
    }

    /// Every cell that is neither passed nor beside the point, each on a line of its own; a report without a case is one too.
    pub(crate) fn failures(&self) -> String {
        let mut failures = String::new();
        for column in &self.columns {
            let mut cells = 0;
            for ((case, _), (finding, detail)) in
                self.cells.iter().filter(|((_, at), _)| at == column)
            {
                cells += 1;
                if finding != "pass" && finding != "not applicable" {
                    failures += &format!("\n{column}: {case}: {finding}: {detail}");
                }
            }
            if cells < 50 {
                failures += &format!("\n{column}: only {cells} cases were run");
            }
        }
        failures
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<36}", "CASE")?;
        for column in &self.columns {
            write!(f, "{column:<20}")?;
        }
        writeln!(f)?;
        for case in &self.cases {
            write!(f, "{case:<36}")?;
            for column in &self.columns {
                let cell = self.cells.get(&(case.clone(), column.clone()));
                write!(f, "{:<20}", cell.map_or("", |(finding, _)| finding))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[test]
fn what_is_not_passed_is_a_failure() {
    let case =
        |n: usize| serde_json::json!({ "case": format!("c{n}"), "finding": "pass", "detail": "" });
    let mut cases: Vec<_> = (0..60).map(case).collect();
    let mut matrix = Matrix::default();
    matrix.add("rust memory", &serde_json::json!({ "cases": cases }));
    assert_eq!(matrix.failures(), "");
    cases[7]["finding"] = "not testable".into();
    matrix.add("rust redis", &serde_json::json!({ "cases": cases }));
    matrix.add("go redis", &serde_json::json!({}));
    assert_eq!(
        matrix.failures(),
        "\nrust redis: c7: not testable: \ngo redis: only 0 cases were run"
    );
}
