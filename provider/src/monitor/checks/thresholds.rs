//! Thresholds against the query and against each other. Datadog compares with the number in the query, so that
//! one must be the critical threshold; the others must lie on the side of it where things are better.

use crate::monitor::body::THRESHOLDS;
use crate::monitor::fields;
use crate::monitor::query::{self, Comparison, Side};
use std::cmp::Ordering;
use tfplugin::{Diagnostic, Diagnostics, Number, Path, Value};

/// Types that have no thresholds: they compare nothing themselves.
const THRESHOLDLESS: &[&str] = &["composite"];

/// What is wrong with the block `monitor_thresholds`.
pub(super) fn check(values: &Value) -> Diagnostics {
    let block = fields::first(values.get(THRESHOLDS));
    let kind = values.get("type").as_str();
    let query = values.get("query").as_str();
    let (Some(kind), Some(query)) = (kind, query) else {
        return Diagnostics::new();
    };
    if let Some(useless) = without_meaning(kind, block) {
        return useless.into();
    }
    let comparison = query::comparison(kind, query);
    let mut found: Diagnostics = match &comparison {
        Some(comparison) => against(comparison, block),
        None => Diagnostics::new(),
    };
    if comparison.is_none() && kind != "service check" {
        found.extend(warning_alone(block));
    }
    found
}

fn threshold(name: &str) -> Path {
    Path::to(THRESHOLDS).index(0).attribute(name)
}

fn number(block: &Value, name: &str) -> Option<Number> {
    block.get(name).as_str()?.parse().ok()
}

fn without_meaning(kind: &str, block: &Value) -> Option<Diagnostic> {
    let any = block
        .as_map()
        .is_some_and(|block| block.values().any(Value::is_known));
    let detail = format!(
        "a `{kind}` monitor has no thresholds of its own: remove `{THRESHOLDS}`, and set them on the monitors it names"
    );
    (any && THRESHOLDLESS.contains(&kind)).then(|| {
        Diagnostic::error("Thresholds without meaning")
            .detail(detail)
            .at(THRESHOLDS)
    })
}

fn warning_alone(block: &Value) -> Option<Diagnostic> {
    let warning = block.get("warning").as_str()?;
    let critical = ["critical", "critical_query"]
        .iter()
        .any(|name| !block.get(name).is_null());
    let detail = format!(
        "`warning = {warning}` stands alone, and the query does not end with a comparison that has the critical \
         threshold: set `critical`"
    );
    (!critical).then(|| {
        Diagnostic::error("Warning without critical threshold")
            .detail(detail)
            .at(threshold("warning"))
    })
}

fn against(comparison: &Comparison, block: &Value) -> Diagnostics {
    let asked = &comparison.number;
    if let Some(critical) = number(block, "critical").filter(|critical| !equal(critical, asked)) {
        let detail = format!(
            "`{critical}` is not the number in the query, which ends with `{} {asked}`: make them equal, or leave \
             `critical` out, for it is taken from the query",
            comparison.operator
        );
        return Diagnostic::error("Critical threshold does not match the query")
            .detail(detail)
            .at(threshold("critical"))
            .into();
    }
    let warning = number(block, "warning");
    let sides = [
        ("warning", Some(asked), "the critical threshold"),
        ("critical_recovery", Some(asked), "the critical threshold"),
        ("warning_recovery", warning.as_ref(), "`warning`"),
    ];
    let wrong = |(name, bound, of): (&'static str, Option<&Number>, &str)| {
        wrong_side(comparison, (name, &number(block, name)?), (of, bound?))
    };
    sides.into_iter().filter_map(wrong).collect()
}

/// As Datadog has them: as binary floating point numbers.
fn equal(a: &Number, b: &Number) -> bool {
    a.to_f64().partial_cmp(&b.to_f64()) == Some(Ordering::Equal)
}

fn wrong_side(
    comparison: &Comparison,
    (name, value): (&'static str, &Number),
    (of, bound): (&str, &Number),
) -> Option<Diagnostic> {
    let (wrong, side) = match comparison.side {
        Side::Above => (value > bound, "above"),
        Side::Below => (value < bound, "below"),
        Side::Neither => return None,
    };
    let operator = comparison.operator;
    let remedy = match comparison.side {
        Side::Above => "lower",
        _ => "higher",
    };
    let detail = format!(
        "`{value}` lies {side} {of}, `{bound}`, and the query alerts on `{operator}`: set a {remedy} `{name}`"
    );
    wrong.then(|| {
        Diagnostic::error("Threshold on the wrong side")
            .detail(detail)
            .at(threshold(name))
    })
}
