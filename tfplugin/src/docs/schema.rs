//! The reference of a schema: attributes and blocks in three groups, those inside
//! others in sections of their own that follow.

use super::words;
use crate::schema::{Attribute, Block, Body, Nesting, Shape};

/// Title of a group, and which rows stand in it.
const GROUPS: [&str; 3] = ["Required", "Optional", "Read-Only"];

pub(super) fn reference(body: &Body) -> String {
    let mut sections = vec!["## Schema".to_owned()];
    let rows = Row::of(body);
    sections.extend(groups(&rows, "", |title| format!("### {title}")));
    nested(&rows, "", &mut sections);
    sections.join("\n\n")
}

/// An attribute or a block, as one line of a list.
struct Row<'a> {
    name: &'a str,
    group: &'static str,
    label: String,
    text: String,
    /// `nestedatt` or `nestedblock`, and what is inside.
    inside: Option<(&'static str, Vec<Row<'a>>)>,
}

impl<'a> Row<'a> {
    fn of(body: &'a Body) -> Vec<Self> {
        let attributes = body.attributes.iter().map(Self::attribute);
        Self::sorted(attributes.chain(body.blocks.iter().map(Self::block)))
    }

    fn sorted(rows: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut rows: Vec<Self> = rows.collect();
        rows.sort_by_key(|row| row.name);
        rows
    }

    fn attribute(attribute: &'a Attribute) -> Self {
        let (kind, hidden, inside) = match &attribute.shape {
            Shape::Plain(ty) => (words::of(ty), words::hide(ty).then_some(ty), None),
            Shape::Nested(nesting, attributes) => (
                format!("Attributes{}", suffix(*nesting)),
                None,
                Some(Self::sorted(attributes.iter().map(Self::attribute))),
            ),
        };
        let mut text = described(&attribute.description, attribute.deprecated.as_deref());
        if let Some(ty) = hidden {
            text.push_str(&format!(" Type: `{ty}`."));
        }
        let marks = [
            (attribute.sensitive, ", Sensitive"),
            (attribute.deprecated.is_some(), ", Deprecated"),
        ];
        Self {
            name: &attribute.name,
            group: match (attribute.required, attribute.optional) {
                (true, _) => GROUPS[0],
                (_, true) => GROUPS[1],
                _ => GROUPS[2],
            },
            label: kind + &marked(&marks),
            text,
            inside: inside.map(|rows| ("nestedatt", rows)),
        }
    }

    fn block(block: &'a Block) -> Self {
        let limit = |name: &str, n: u32| match (n, block.nesting) {
            (0, _) | (_, Nesting::Single) => String::new(),
            _ => format!(", {name}: {n}"),
        };
        let deprecated = block.body.deprecated.as_deref();
        Self {
            name: &block.name,
            group: if block.min > 0 { GROUPS[0] } else { GROUPS[1] },
            label: format!(
                "Block{}{}{}{}",
                suffix(block.nesting),
                limit("Min", block.min),
                limit("Max", block.max),
                marked(&[(deprecated.is_some(), ", Deprecated")]),
            ),
            text: described(&block.body.description, deprecated),
            inside: Some(("nestedblock", Self::of(&block.body))),
        }
    }

    fn line(&self, path: &str) -> String {
        let anchor = |kind| {
            let id = anchor(kind, &below(path, self.name));
            format!(" (see [below for nested schema](#{id}))")
        };
        let link = self.inside.as_ref().map(|(kind, _)| anchor(kind));
        format!(
            "- `{}` ({}) {}{}",
            self.name,
            self.label,
            self.text,
            link.unwrap_or_default()
        )
    }
}

fn suffix(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "",
        Nesting::List => " List",
        Nesting::Set => " Set",
        Nesting::Map => " Map",
    }
}

fn marked(marks: &[(bool, &str)]) -> String {
    let given = marks.iter().filter(|(given, _)| *given);
    given.map(|(_, mark)| *mark).collect()
}

/// One line; a description may hold several.
fn described(description: &str, deprecated: Option<&str>) -> String {
    let words: Vec<&str> = description.split_whitespace().collect();
    let text = words.join(" ");
    match deprecated {
        Some(instead) => format!("{text} **Deprecated:** {instead}"),
        None => text,
    }
}

/// The lists of one level, each with its title.
fn groups(rows: &[Row<'_>], path: &str, title: impl Fn(&str) -> String) -> Vec<String> {
    let group = |name: &&str| {
        let lines = rows.iter().filter(|row| row.group == *name);
        let lines: Vec<String> = lines.map(|row| row.line(path)).collect();
        (!lines.is_empty()).then(|| format!("{}\n\n{}", title(name), lines.join("\n")))
    };
    GROUPS.iter().filter_map(group).collect()
}

/// The sections of what is inside the rows, each followed by its own.
fn nested(rows: &[Row<'_>], path: &str, sections: &mut Vec<String>) {
    for row in rows {
        if let Some((kind, inside)) = &row.inside {
            let path = below(path, row.name);
            sections.push(format!(
                "<a id=\"{}\"></a>\n### Nested Schema for `{path}`",
                anchor(kind, &path)
            ));
            sections.extend(groups(inside, &path, |title| format!("{title}:")));
            nested(inside, &path, sections);
        }
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn anchor(kind: &str, path: &str) -> String {
    format!("{kind}--{}", path.replace('.', "--"))
}
