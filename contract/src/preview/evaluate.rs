//! Walks a template once and keeps what is shown. The template is balanced: `template::faults` has
//! found nothing in it.

use super::scene::{Scene, words};
use crate::template::{Kind, Tag, tags};

/// The text of `template` in `scene`.
pub(super) fn text(template: &str, scene: &Scene<'_>) -> String {
    let mut page = Page {
        scene,
        open: Vec::new(),
        text: String::new(),
    };
    let mut at = 0;
    for tag in tags(template) {
        let Cut { start, end } = cut(template, &tag, at);
        page.words(&template[at..start]);
        page.tag(&tag.kind, &template[tag.start..tag.end]);
        at = end;
    }
    page.words(&template[at..]);
    page.text
}

/// A conditional that is open.
struct Block {
    /// What stands around it is shown.
    outside: bool,
    /// A branch was shown already: no later one is.
    decided: bool,
    /// The branch at hand is shown.
    shown: bool,
}

struct Page<'a> {
    scene: &'a Scene<'a>,
    open: Vec<Block>,
    text: String,
}

impl Page<'_> {
    fn is_shown(&self) -> bool {
        self.open.last().is_none_or(|block| block.shown)
    }

    fn words(&mut self, words: &str) {
        if self.is_shown() {
            self.text.push_str(words);
        }
    }

    fn tag(&mut self, kind: &Kind<'_>, written: &str) {
        match kind {
            Kind::Open { negated, .. } => {
                let (outside, holds) = (self.is_shown(), self.scene.holds(written) != *negated);
                self.open.push(Block {
                    outside,
                    decided: holds,
                    shown: outside && holds,
                });
            }
            Kind::Else { name } => {
                let holds = name.is_none() || self.scene.holds(written);
                if let Some(block) = self.open.last_mut() {
                    block.shown = block.outside && !block.decided && holds;
                    block.decided |= holds;
                }
            }
            Kind::Close { .. } => drop(self.open.pop()),
            Kind::Value | Kind::Unclosed { .. } => self.words(&value(written, self.scene)),
        }
    }
}

/// A variable's value, the inside of a raw block, nothing for a comment, and a call as it is written.
fn value(written: &str, scene: &Scene<'_>) -> String {
    if let Some(raw) = written.strip_prefix("{{{{") {
        let inside = raw.split_once("}}}}").map_or(raw, |(_, inside)| inside);
        let end = inside.rfind("{{{{").unwrap_or(inside.len());
        return inside[..end].to_owned();
    }
    if written.starts_with("{{!") {
        return String::new();
    }
    match words(written).as_slice() {
        [name] => scene.variable(name).to_owned(),
        [] => String::new(),
        _ => written.to_owned(),
    }
}

/// What a tag takes out of the template.
struct Cut {
    start: usize,
    end: usize,
}

/// A conditional or a comment alone on its line takes the line with it. `from` is where the tag
/// before ended.
fn cut(template: &str, tag: &Tag<'_>, from: usize) -> Cut {
    const BLANKS: [char; 3] = [' ', '\t', '\r'];
    let Tag { start, end, kind } = tag;
    let alone = Cut {
        start: *start,
        end: *end,
    };
    if *kind == Kind::Value && !template[*start..].starts_with("{{!") {
        return alone;
    }
    let before = template[from.min(*start)..*start].trim_end_matches(BLANKS);
    let first = if before.is_empty() {
        from == 0 || template[..from].ends_with('\n')
    } else {
        before.ends_with('\n')
    };
    let behind = template[*end..].trim_start_matches(BLANKS);
    let length = template.len() - behind.len();
    let last = behind.is_empty() || behind.starts_with('\n');
    if !(first && last) {
        return alone;
    }
    Cut {
        start: from.min(*start) + before.len(),
        end: (length + 1).min(template.len()),
    }
}
