//! Reads a message back, also one written by hand. It never fails and never loses text: what cannot
//! be taken as a callback or as the line of handles stays in the human text, where `check` sees it.

use std::collections::BTreeSet;

use super::{Callback, Message, handle, plain_newlines};
use crate::callback_line;
use crate::template::{Kind, tags};
use crate::transition::Transition;
use crate::work;

impl Message {
    /// Takes `text` apart.
    ///
    /// A callback line inside one transition's conditional is called on that transition; outside
    /// any conditional Datadog always sends it, so it is called on all of them. Inside a negated,
    /// nested or other conditional, or behind `{{else}}`, it stays in the text. A conditional that
    /// held nothing but callback lines goes with them.
    pub fn parse(text: &str) -> Message {
        let text = plain_newlines(text);
        let mut reader = Reader {
            lines: pieces(&text),
            open: Vec::new(),
            callbacks: Vec::new(),
        };
        reader.take_callbacks();
        let rest = reader.rest();
        let (text, handles) = split_handles(&rest);
        Message {
            callbacks: reader.callbacks,
            text: text.to_owned(),
            handles,
        }
        .normalized()
    }
}

/// A piece of one line. What is not an opening, a branch or an end of a conditional is words.
struct Piece<'a> {
    text: &'a str,
    kind: Kind<'a>,
    taken: bool,
}

impl Piece<'_> {
    fn says_something(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Open { .. } | Kind::Else { .. } | Kind::Close { .. }
        ) && !self.text.trim().is_empty()
    }
}

/// A conditional that is open while reading.
struct Block<'a> {
    name: &'a str,
    /// Line and index of the opening piece.
    at: (usize, usize),
    /// Set while what stands here is sent on this transition and on no other.
    on: Option<Transition>,
    gave_callbacks: bool,
    keeps_text: bool,
}

struct Reader<'a> {
    lines: Vec<Vec<Piece<'a>>>,
    open: Vec<Block<'a>>,
    callbacks: Vec<Callback>,
}

impl<'a> Reader<'a> {
    fn take_callbacks(&mut self) {
        for line in 0..self.lines.len() {
            let alone = self.lines[line]
                .iter()
                .filter(|piece| piece.says_something())
                .count()
                == 1;
            for index in 0..self.lines[line].len() {
                work::spend(1);
                let Piece { text, kind, .. } = self.lines[line][index];
                match kind {
                    Kind::Open { name, negated } => self.enter(name, negated, (line, index)),
                    Kind::Close { name } => self.leave(name, (line, index)),
                    Kind::Else { .. } => self
                        .keep_text()
                        .into_iter()
                        .for_each(|block| block.on = None),
                    _ if text.trim().is_empty() => {}
                    _ => self.words(text, alone, (line, index)),
                }
            }
        }
    }

    /// Notes that the innermost block holds more than callback lines.
    fn keep_text(&mut self) -> Option<&mut Block<'a>> {
        let block = self.open.last_mut()?;
        block.keeps_text = true;
        Some(block)
    }

    fn enter(&mut self, name: &'a str, negated: bool, at: (usize, usize)) {
        self.keep_text();
        let on = if negated {
            None
        } else {
            Transition::from_conditional(name)
        };
        self.open.push(Block {
            name,
            at,
            on,
            gave_callbacks: false,
            keeps_text: false,
        });
    }

    fn leave(&mut self, name: &str, at: (usize, usize)) {
        match self.open.pop_if(|block| block.name == name) {
            Some(block) if block.gave_callbacks && !block.keeps_text => {
                self.take(block.at);
                self.take(at);
            }
            Some(_) => {}
            None => drop(self.keep_text()),
        }
    }

    fn words(&mut self, text: &str, alone: bool, at: (usize, usize)) {
        let url = callback_line::read_whole(text).filter(|_| alone);
        match (url, self.sent_on()) {
            (Some(url), Some(on)) => {
                self.callbacks.push(Callback {
                    url: url.to_owned(),
                    on,
                });
                self.open
                    .iter_mut()
                    .for_each(|block| block.gave_callbacks = true);
                self.take(at);
            }
            _ => drop(self.keep_text()),
        }
    }

    /// The transitions on which Datadog sends what stands here, if that can be said.
    fn sent_on(&self) -> Option<BTreeSet<Transition>> {
        match &self.open[..] {
            [] => Some(BTreeSet::from(Transition::ALL)),
            [block] => block.on.map(|on| BTreeSet::from([on])),
            _ => None,
        }
    }

    fn take(&mut self, (line, index): (usize, usize)) {
        self.lines[line][index].taken = true;
    }

    /// What was not taken; a line of which nothing is left goes.
    fn rest(&self) -> String {
        let mut rest = Vec::new();
        for line in &self.lines {
            let left: String = line
                .iter()
                .filter(|piece| !piece.taken)
                .map(|piece| piece.text)
                .collect();
            let touched = line.iter().any(|piece| piece.taken);
            if !(touched && left.trim().is_empty()) {
                rest.push(left);
            }
        }
        rest.join("\n")
    }
}

/// The pieces of `text` by line. A tag that spans lines belongs to the line it begins on; one that
/// never ends spans all the rest.
fn pieces(text: &str) -> Vec<Vec<Piece<'_>>> {
    let mut lines = Lines {
        before: Vec::new(),
        last: Vec::new(),
    };
    let mut at = 0;
    for tag in tags(text) {
        lines.words(&text[at..tag.start]);
        lines.last.push(Piece {
            text: &text[tag.start..tag.end],
            kind: tag.kind,
            taken: false,
        });
        at = tag.end;
    }
    lines.words(&text[at..]);
    lines.before.push(lines.last);
    lines.before
}

struct Lines<'a> {
    before: Vec<Vec<Piece<'a>>>,
    last: Vec<Piece<'a>>,
}

impl<'a> Lines<'a> {
    fn words(&mut self, text: &'a str) {
        work::spend(text.len());
        for (index, text) in text.split('\n').enumerate() {
            if index > 0 {
                self.before.push(std::mem::take(&mut self.last));
            }
            if !text.is_empty() {
                self.last.push(Piece {
                    text,
                    kind: Kind::Value,
                    taken: false,
                });
            }
        }
    }
}

/// Takes the lines of handles off the end.
fn split_handles(text: &str) -> (&str, Vec<String>) {
    let mut text = text.trim_end();
    let mut lines = Vec::new();
    loop {
        let (before, last) = text.rsplit_once('\n').unwrap_or(("", text));
        work::spend(last.len());
        let Some(handles) = handle::line(last) else {
            break;
        };
        lines.push(handles);
        text = before.trim_end();
    }
    (
        text,
        lines
            .into_iter()
            .rev()
            .flatten()
            .map(str::to_owned)
            .collect(),
    )
}
