//! What is wrong with a message, with the place of each problem. What needs a provider's settings
//! (a topic, the list of hosts) is checked elsewhere.

use std::fmt;

use super::{Message, handle, plain_newlines};
use crate::callback_line::KEYWORD;
use crate::callback_url::CallbackUrl;
use crate::template;

/// Switches of [`Message::check_with`]; the default is the strict form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Let `http` URLs pass: for laptops only.
    pub allow_insecure: bool,
}

/// The part of a message that a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of the callback with this index.
    Callback(usize, Field),
    /// The human text.
    Text,
    /// The handle with this index.
    Handle(usize),
}

/// A field of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// [`super::Callback::url`]
    Url,
    /// [`super::Callback::on`]
    On,
}

/// A place in the human text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Something that must be changed before the message can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which part.
    pub place: Place,
    /// Where in the text, for [`Place::Text`].
    pub position: Option<Position>,
    /// What is wrong and what to do, in one lower-case sentence.
    pub detail: String,
}

impl Message {
    /// Everything that is wrong; empty for a message that can be used.
    pub fn check(&self) -> Vec<Problem> {
        self.check_with(Rules::default())
    }

    /// [`Message::check`] with some rules relaxed.
    pub fn check_with(&self, rules: Rules) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, callback) in self.callbacks.iter().enumerate() {
            let at = |field, detail| Problem {
                place: Place::Callback(index, field),
                position: None,
                detail,
            };
            problems.extend(url_fault(&callback.url, rules).map(|detail| at(Field::Url, detail)));
            if callback.on.is_empty() {
                let detail = "no transition; name at least one, or leave `on` out for the defaults";
                problems.push(at(Field::On, detail.to_owned()));
            }
        }
        problems.extend(self.text_problems());
        for (index, given) in self.handles.iter().enumerate() {
            problems.extend(handle::fault(given).map(|fault| Problem {
                place: Place::Handle(index),
                position: None,
                detail: format!("`{given}`: {fault}"),
            }));
        }
        problems
    }

    fn text_problems(&self) -> Vec<Problem> {
        let mut faults: Vec<_> = template::faults(&self.text)
            .into_iter()
            .map(|fault| (fault.at, fault.detail))
            .collect();
        if let Some(at) = self.text.find(KEYWORD) {
            let detail = format!(
                "`{KEYWORD}` belongs to the callbacks; remove the line and add a callback instead"
            );
            faults.push((at, detail));
        }
        if let Some(at) = handles_at_the_end(&self.text) {
            let detail = "the last line holds only handles and would be taken for the handles of the message; \
                          name them as handles, or add words to the line";
            faults.push((at, detail.to_owned()));
        }
        faults.sort_by_key(|(at, _)| *at);
        let problem = |(at, detail)| Problem {
            place: Place::Text,
            position: Some(position(&self.text, at)),
            detail,
        };
        faults.into_iter().map(problem).collect()
    }
}

fn url_fault(url: &str, rules: Rules) -> Option<String> {
    match CallbackUrl::parse(url) {
        Err(error) => Some(error.to_string()),
        Ok(parsed) if !parsed.secure && !rules.allow_insecure => {
            Some(format!("`{url}` is not encrypted; use `https`"))
        }
        Ok(_) => None,
    }
}

/// Where the last line begins, if it is one of handles.
fn handles_at_the_end(text: &str) -> Option<usize> {
    let text = text.trim_end();
    let at = text.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(at..)?;
    handle::line(&plain_newlines(line)).map(|_| at + line.len() - line.trim_start().len())
}

/// The place of the byte `at` in `text`.
pub(crate) fn position(text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line,
        column: before[start..].chars().count() + 1,
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Callback(index, Field::Url) => write!(out, "callback {} url", index + 1),
            Place::Callback(index, Field::On) => write!(out, "callback {} on", index + 1),
            Place::Text => out.write_str("text"),
            Place::Handle(index) => write!(out, "handle {}", index + 1),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.place)?;
        if let Some(Position { line, column }) = self.position {
            write!(out, " {line}:{column}")?;
        }
        write!(out, ": {}", self.detail)
    }
}
