//! A report as JUnit XML, the form that build servers read. What could not be tested is `skipped`, never a success.

use std::fmt::Write;

use super::report::{Finding, Outcome, Report};

/// The text of the file.
pub fn xml(report: &Report) -> String {
    let skipped = |outcome: &&Outcome| {
        matches!(
            outcome.finding,
            Finding::NotTestable(_) | Finding::NotApplicable(_)
        )
    };
    let (tests, failed) = (report.outcomes.len(), report.failed());
    let skipped = report.outcomes.iter().filter(skipped).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"cb-gen verify, store {}\" tests=\"{tests}\" \
         failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">\n",
        report.store
    );
    for outcome in &report.outcomes {
        case(&mut text, report.store, outcome);
    }
    text + "</testsuite>\n"
}

fn case(text: &mut String, store: &str, outcome: &Outcome) {
    let (name, seconds) = (&outcome.case, outcome.took.as_secs_f64());
    let _ = write!(
        text,
        "  <testcase classname=\"{store}\" name=\"{name}\" time=\"{seconds:.3}\""
    );
    let detail = escaped(outcome.finding.detail());
    let _ = match &outcome.finding {
        Finding::Pass => writeln!(text, "/>"),
        Finding::Fail(_) => {
            let about = escaped(outcome.about);
            writeln!(
                text,
                "><failure message=\"promised: {about}\">{detail}</failure></testcase>"
            )
        }
        Finding::NotTestable(_) | Finding::NotApplicable(_) => {
            writeln!(text, "><skipped message=\"{detail}\"/></testcase>")
        }
    };
}

/// Text between tags or in quotes; what XML cannot hold at all becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::report::{Finding, Outcome, Report};
    use super::xml;

    #[test]
    fn every_finding_has_its_element_and_nothing_breaks_out() {
        let outcome = |case: &str, finding| Outcome {
            case: case.to_owned(),
            about: "a < b",
            finding,
            took: Duration::from_millis(1500),
        };
        let report = Report {
            store: "redis",
            outcomes: vec![
                outcome("one", Finding::Pass),
                outcome(
                    "two",
                    Finding::Fail("</failure>\u{1b}[31m & \"x\"".to_owned()),
                ),
                outcome("three", Finding::NotTestable("no seam".to_owned())),
            ],
        };
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuite name=\"cb-gen verify, store redis\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">
  <testcase classname=\"redis\" name=\"one\" time=\"1.500\"/>
  <testcase classname=\"redis\" name=\"two\" time=\"1.500\"><failure message=\"promised: a &lt; b\">&lt;/failure&gt;\u{fffd}[31m &amp; &quot;x&quot;</failure></testcase>
  <testcase classname=\"redis\" name=\"three\" time=\"1.500\"><skipped message=\"no seam\"/></testcase>
</testsuite>
";
        assert_eq!(xml(&report), expected);
    }
}
