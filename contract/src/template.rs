//! The Handlebars dialect of Datadog messages, as far as balance goes: where tags begin and end, and
//! which open and close a conditional. Nothing is evaluated, and a variable's name is not judged.

use crate::transition::{OTHER_CONDITIONALS, Transition};
use crate::work;

/// One tag of a template, by its place in bytes.
pub(crate) struct Tag<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// `{{#name …}}`, or `{{^name …}}` if negated.
    Open { name: &'a str, negated: bool },
    /// `{{else}}` or `{{^}}`; with a name if the branch has its own conditional.
    Else { name: Option<&'a str> },
    /// `{{/name}}`
    Close { name: &'a str },
    /// A variable, a function call, a comment, or a raw block with all it holds.
    Value,
    /// It never ends: `wanted` is missing. What follows is not taken apart.
    Unclosed { wanted: &'static str },
}

/// The tags of `text` in order; the last one may be [`Kind::Unclosed`].
pub(crate) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = text[at..].find("{{").map(|found| at + found);
        let Some(start) = found else {
            work::spend(text.len() - at);
            at = text.len();
            return None;
        };
        let (length, kind) = measure(&text[start..]);
        let end = start + length;
        work::spend(end - at);
        at = end;
        Some(Tag { start, end, kind })
    })
}

/// The length and kind of the tag that `text` begins with.
fn measure(text: &str) -> (usize, Kind<'_>) {
    let unclosed = |wanted| (text.len(), Kind::Unclosed { wanted });
    if let Some(raw) = text.strip_prefix("{{{{") {
        return raw_end(raw).map_or_else(
            || unclosed("{{{{/…}}}}"),
            |end| ("{{{{".len() + end, Kind::Value),
        );
    }
    let (open, close) = if text.starts_with("{{!--") {
        ("{{!--", "--}}")
    } else if text.starts_with("{{{") {
        ("{{{", "}}}")
    } else {
        ("{{", "}}")
    };
    let inner = &text[open.len()..];
    match inner.find(close) {
        // A tag inside a tag: the outer one was never closed.
        Some(end) if open != "{{!--" && inner[..end].contains("{{") => unclosed(close),
        Some(end) => {
            let kind = if open == "{{" {
                classify(&inner[..end])
            } else {
                Kind::Value
            };
            (open.len() + end + close.len(), kind)
        }
        None => unclosed(close),
    }
}

/// Where a raw block ends, given what follows its first `{{{{`.
fn raw_end(raw: &str) -> Option<usize> {
    let opened = raw.find("}}}}")?;
    let name = raw[..opened].split_whitespace().next()?;
    let close = ["{{{{/", name, "}}}}"].concat();
    raw.find(&close).map(|at| at + close.len())
}

fn classify(inner: &str) -> Kind<'_> {
    let inner = inner.trim_matches('~').trim();
    let first = |rest: &'static str| {
        inner
            .strip_prefix(rest)
            .map(|rest| rest.split_whitespace().next())
    };
    if let Some(name) = first("#") {
        Kind::Open {
            name: name.unwrap_or_default(),
            negated: false,
        }
    } else if let Some(name) = first("^") {
        name.map_or(Kind::Else { name: None }, |name| Kind::Open {
            name,
            negated: true,
        })
    } else if let Some(name) = first("/") {
        Kind::Close {
            name: name.unwrap_or_default(),
        }
    } else if inner.split_whitespace().next() == Some("else") {
        Kind::Else {
            name: inner.split_whitespace().nth(1),
        }
    } else {
        Kind::Value
    }
}

/// Something wrong at a place, in bytes.
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) detail: String,
}

/// What is wrong with the balance and the names of the conditionals in `text`.
pub(crate) fn faults(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    for Tag {
        start: at, kind, ..
    } in tags(text)
    {
        let detail = match kind {
            Kind::Open { name, .. } => {
                open.push((at, name));
                unknown(name)
            }
            Kind::Else { .. } if open.is_empty() => {
                Some("`{{else}}` outside any conditional; remove it".to_owned())
            }
            Kind::Else { name } => name.and_then(unknown),
            Kind::Close { name } => {
                let opened = open.pop().map(|(_, opened)| opened);
                if opened != Some(name) {
                    // What follows would only repeat this fault.
                    faults.push(Fault {
                        at,
                        detail: mismatch(name, opened),
                    });
                    return faults;
                }
                None
            }
            Kind::Value => None,
            Kind::Unclosed { wanted } => Some(format!(
                "unbalanced `{{{{`: no `{wanted}` follows; close it, or write a raw block"
            )),
        };
        faults.extend(detail.map(|detail| Fault { at, detail }));
    }
    faults.extend(open.into_iter().map(|(at, name)| Fault {
        at,
        detail: format!(
            "the conditional `{name}` is never closed; write `{{{{/{name}}}}}` behind its text"
        ),
    }));
    faults
}

fn mismatch(name: &str, opened: Option<&str>) -> String {
    match opened {
        Some(opened) => format!(
            "`{{{{/{name}}}}}` stands where `{{{{/{opened}}}}}` is due; close the inner conditional first"
        ),
        None => format!("`{{{{/{name}}}}}` closes a conditional that is not open; remove it"),
    }
}

fn unknown(name: &str) -> Option<String> {
    if Transition::from_conditional(name).is_some() || OTHER_CONDITIONALS.contains(&name) {
        return None;
    }
    let transitions = Transition::ALL.map(Transition::conditional);
    let valid: Vec<_> = transitions
        .iter()
        .chain(&OTHER_CONDITIONALS)
        .map(|name| format!("`{name}`"))
        .collect();
    Some(format!(
        "unknown conditional `{name}`; Datadog knows {}",
        valid.join(", ")
    ))
}
