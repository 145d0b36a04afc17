//! What a row of the table says: how a setting is written in HCL and in JSON. No row stands here.
//!
//! Names and meanings are those of the `datadog_monitor` resource and of API v1
//! (docs.datadoghq.com/api/latest/monitors), so that a resource body can be pasted.

use serde_json::Value as Json;

/// How a setting is written in HCL and in JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A bool in both.
    Flag,
    /// A whole number in both.
    Whole,
    /// A string in both; white space at its ends does not count, because the API trims it.
    Text,
    /// A set of strings, a JSON array.
    Texts,
    /// A list of strings, a JSON array; an empty one is not sent.
    Words,
    /// An exact decimal: a string in HCL (which turns a number into one), a number in JSON.
    Decimal,
    /// A block that may stand once, a JSON object.
    One(&'static [Setting]),
    /// A block that may be repeated, a JSON array of objects.
    Many(&'static [Setting]),
    /// A block that may stand once. The blocks in it share one JSON array, each of whose objects bears the mark of
    /// the block it belongs to.
    Mixed(&'static [Setting]),
}

impl Kind {
    /// The rows inside a block; none for an attribute.
    pub(crate) fn rows(self) -> &'static [Setting] {
        match self {
            Self::One(rows) | Self::Many(rows) | Self::Mixed(rows) => rows,
            _ => &[],
        }
    }

    /// Whether it is a block.
    pub(crate) fn is_block(self) -> bool {
        !self.rows().is_empty()
    }
}

/// Where a setting that is in no block stands in the JSON body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Beside `name`.
    Top,
    /// In `options`.
    Options,
    /// Nowhere: it steers this provider.
    Local,
}

/// Which values are accepted, checked offline.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    /// Any of the kind.
    Any,
    /// One of these; for [`Kind::Texts`], each of them.
    OneOf(&'static [&'static str]),
    /// From the first to the second, both included.
    Between(i64, i64),
}

/// By which field of a JSON object it is known for what it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) field: &'static str,
    /// The values; none where having the field is enough.
    pub(crate) values: &'static [&'static str],
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The attribute's or block's name.
    pub(crate) name: &'static str,
    /// The JSON field's name.
    pub(crate) field: &'static str,
    pub(crate) kind: Kind,
    /// Whether it must be in the configuration.
    pub(crate) required: bool,
    pub(crate) rule: Rule,
    /// JSON values that mean the same as none: Datadog adds them, drops them or answers with them.
    pub(crate) like_unset: &'static [&'static str],
    /// Whether Datadog chooses a value where none is set: then what it holds is no change.
    pub(crate) filled_in: bool,
    /// Told from others that have the same JSON field.
    pub(crate) mark: Option<Mark>,
    /// Markdown for the registry page.
    pub(crate) doc: &'static str,
}

impl Setting {
    pub(super) const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            field: name,
            kind,
            required: false,
            rule: Rule::Any,
            like_unset: &[],
            filled_in: false,
            mark: None,
            doc,
        }
    }

    pub(super) const fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    pub(super) const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    pub(super) const fn rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    pub(super) const fn one_of(self, values: &'static [&'static str]) -> Self {
        self.rule(Rule::OneOf(values))
    }

    pub(super) const fn like_unset(self, like_unset: &'static [&'static str]) -> Self {
        Self { like_unset, ..self }
    }

    pub(super) const fn filled_in(self) -> Self {
        Self {
            filled_in: true,
            ..self
        }
    }

    pub(super) const fn mark(self, field: &'static str, values: &'static [&'static str]) -> Self {
        let mark = Some(Mark { field, values });
        Self { mark, ..self }
    }

    /// Whether the object belongs to this block.
    pub(crate) fn claims(&self, object: &Json) -> bool {
        self.mark.is_none_or(|mark| {
            let value = object.get(mark.field).and_then(Json::as_str);
            value.is_some_and(|value| mark.values.is_empty() || mark.values.contains(&value))
        })
    }
}
