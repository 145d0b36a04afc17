//! Holds a configuration against the rules that its schema has for single values.

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    path::{Path, Step},
    schema::{Attribute, Body, Check},
    value::Value,
    walk::{Spot, walk},
};

/// Every known value that breaks a rule.
pub(crate) fn validate(body: &Body, config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    walk(
        body,
        &Spot::root(config, &Value::Null, config),
        &mut |attribute: &Attribute, spot: &Spot<'_>| {
            let mut hold = |checks: &[Check], value: &Value, path: &Path| {
                if value.is_known() {
                    let problems = checks.iter().filter_map(|check| check(value).err());
                    found.extend(problems.map(|problem| invalid(attribute, value, path, problem)));
                }
            };
            hold(&attribute.checks, spot.config, &spot.path);
            if !attribute.element_checks.is_empty() {
                for (step, element) in elements(spot.config) {
                    hold(
                        &attribute.element_checks,
                        element,
                        &spot.path.clone().then(step),
                    );
                }
            }
            None
        },
    );
    found
}

fn elements(value: &Value) -> Vec<(Step, &Value)> {
    match value.concrete() {
        Value::List(elements) => elements
            .iter()
            .enumerate()
            .map(|(i, e)| (Step::Index(i), e))
            .collect(),
        Value::Set(elements) => elements.iter().map(|e| (Step::Element, e)).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, e)| (Step::Key(key.clone()), e))
            .collect(),
        _ => Vec::new(),
    }
}

/// The rule's own words may quote the value, which must not show when it is a secret.
fn invalid(attribute: &Attribute, value: &Value, path: &Path, problem: String) -> Diagnostic {
    let secret = value
        .as_str()
        .filter(|text| attribute.sensitive && !text.is_empty());
    let problem = secret.map_or(problem.clone(), |text| problem.replace(text, "(sensitive)"));
    Diagnostic::error("Invalid value")
        .detail(format!("{path}: {problem}."))
        .at(path.clone())
}
