//! What a template asks about when it is sent: the transition, and the variables.

use std::collections::BTreeMap;

use crate::transition::{IS_EXACT_MATCH, IS_MATCH, IS_PRIORITY, Transition};

/// The variable that `{{#is_priority}}` compares.
const PRIORITY: &str = "priority";

pub(super) struct Scene<'a> {
    /// The transitions whose conditionals hold.
    pub(super) transitions: &'a [Transition],
    pub(super) variables: &'a BTreeMap<String, String>,
}

impl Scene<'_> {
    /// The value of a variable; `[a.b].name` is `a.b.name`.
    pub(super) fn variable(&self, name: &str) -> &str {
        let plain = name.replace(['[', ']'], "");
        self.variables.get(&plain).map_or("", String::as_str)
    }

    /// Whether the conditional of the tag `written` holds, not looking at its negation.
    pub(super) fn holds(&self, written: &str) -> bool {
        let words = words(written);
        let mut words = words.iter().map(String::as_str);
        let name = words.find(|word| *word != "else").unwrap_or_default();
        if let Some(asked) = Transition::from_conditional(name) {
            return self.transitions.contains(&asked);
        }
        let subject = words.next().unwrap_or_default();
        match name {
            IS_MATCH => words.any(|part| contains(self.variable(subject), part)),
            IS_EXACT_MATCH => words.any(|other| equals(self.variable(subject), other)),
            IS_PRIORITY => {
                self.variable(PRIORITY).trim_start_matches('P') == subject.trim_start_matches('P')
            }
            _ => false,
        }
    }
}

/// The words of a tag without its braces and marks. Quotes hold a word together.
pub(super) fn words(tag: &str) -> Vec<String> {
    let inside = tag
        .trim_matches(['{', '}'])
        .trim_matches('~')
        .trim_start()
        .trim_start_matches(['#', '^']);
    let mut words = Vec::new();
    let mut rest = inside.trim_start();
    while let Some(first) = rest.chars().next() {
        let quote = matches!(first, '"' | '\'').then_some(first);
        let body = quote.map_or(rest, |quote| rest.strip_prefix(quote).unwrap_or(rest));
        let ends = |c: char| quote.map_or(c.is_whitespace(), |quote| c == quote);
        let (word, behind) = body.split_once(ends).unwrap_or((body, ""));
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    words
}

/// Everything contains the empty text; Datadog means "is not there" by it.
fn contains(value: &str, part: &str) -> bool {
    if part.is_empty() {
        value.is_empty()
    } else {
        value.contains(part)
    }
}

/// Two numbers of one value are equal however they are written.
fn equals(value: &str, other: &str) -> bool {
    match (value.parse::<f64>(), other.parse::<f64>()) {
        (Ok(value), Ok(other)) => value == other,
        _ => value == other,
    }
}
