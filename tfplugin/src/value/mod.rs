//! Terraform values: what they are, how they compare and how they are looked at.
//! How they are written lies in `msgpack` and `json`; what shape a schema wants of
//! them, in `conform`.

pub mod json;
pub mod msgpack;
mod conform;
mod convert;
mod number;
mod ty;

pub use number::{NotANumber, Number};
pub use ty::{NotAType, Type};

use crate::path::{Path, Step};
use std::{cmp::Ordering, collections::BTreeMap};

/// A value of Terraform's type system. Which type it has is said by the schema; only
/// [`Value::Dynamic`] carries its own.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Not set.
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// A bool.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set: equal to another with the same elements in any order. Elements that are
    /// not wholly known may stand in it more than once.
    Set(Vec<Value>),
    /// A map or an object.
    Map(BTreeMap<String, Value>),
    /// A value where the schema allows any type, with the type it has.
    Dynamic(Box<(Type, Value)>),
}

/// A value that has not the shape it should have, and where. The text tells kinds and
/// types only: values may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if path.is_root() { String::new() } else { format!("`{path}`: ") })]
pub struct ValueError {
    /// Where, from the value that was looked at.
    pub path: Path,
    /// What is wrong.
    pub problem: String,
}

impl ValueError {
    /// A problem with the value itself.
    pub fn new(problem: impl Into<String>) -> Self {
        Self {
            path: Path::root(),
            problem: problem.into(),
        }
    }

    /// The same problem seen from one level further out.
    #[must_use]
    pub fn within(self, step: Step) -> Self {
        Self {
            path: self.path.within(step),
            ..self
        }
    }
}

impl Value {
    /// A list.
    pub fn list<V: Into<Value>>(elements: impl IntoIterator<Item = V>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }

    /// A set; equal known elements count once.
    pub fn set<V: Into<Value>>(elements: impl IntoIterator<Item = V>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().map(Into::into).collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// A map or an object.
    pub fn object<N: Into<String>, V: Into<Value>>(
        attributes: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self::Map(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The value behind [`Value::Dynamic`], or the value itself.
    pub fn concrete(&self) -> &Value {
        match self {
            Self::Dynamic(typed) => typed.1.concrete(),
            other => other,
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.concrete(), Self::Null)
    }

    /// Whether the value itself is unknown; elements inside are not looked at.
    pub fn is_unknown(&self) -> bool {
        matches!(self.concrete(), Self::Unknown)
    }

    /// Whether the value is neither null nor unknown.
    pub fn is_known(&self) -> bool {
        !self.is_null() && !self.is_unknown()
    }

    /// Whether nothing in the value is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.first_unknown().is_none()
    }

    /// Where the first unknown stands, if any.
    pub fn first_unknown(&self) -> Option<Path> {
        match self.concrete() {
            Self::Unknown => Some(Path::root()),
            Self::List(elements) => elements
                .iter()
                .enumerate()
                .find_map(|(i, element)| Some(element.first_unknown()?.within(Step::Index(i)))),
            Self::Set(elements) => elements
                .iter()
                .find_map(|element| Some(element.first_unknown()?.within(Step::Element))),
            Self::Map(entries) => entries.iter().find_map(|(name, value)| {
                Some(value.first_unknown()?.within(Step::Attribute(name.clone())))
            }),
            _ => None,
        }
    }

    /// The same value with null for each unknown.
    #[must_use]
    pub fn without_unknowns(self) -> Self {
        match self {
            Self::Unknown => Self::Null,
            Self::List(elements) => {
                Self::List(elements.into_iter().map(Self::without_unknowns).collect())
            }
            Self::Set(elements) => Self::set(elements.into_iter().map(Self::without_unknowns)),
            Self::Map(entries) => Self::Map(
                entries
                    .into_iter()
                    .map(|(name, value)| (name, value.without_unknowns()))
                    .collect(),
            ),
            Self::Dynamic(typed) => Self::Dynamic(Box::new((typed.0, typed.1.without_unknowns()))),
            known => known,
        }
    }

    /// The bool, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.concrete() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self.concrete() {
            Self::Number(value) => Some(value),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self.concrete() {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// The elements, if this is a list, tuple or set.
    pub fn as_elements(&self) -> Option<&[Value]> {
        match self.concrete() {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries, if this is a map or object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self.concrete() {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// An attribute or map element; null when there is none.
    pub fn get(&self, name: &str) -> &Value {
        self.as_map()
            .and_then(|entries| entries.get(name))
            .unwrap_or(&Value::Null)
    }

    /// What stands at the path; null when nothing does, and for [`Step::Element`].
    pub fn at(&self, path: &Path) -> &Value {
        path.steps().iter().fold(self, |value, step| match step {
            Step::Attribute(name) | Step::Key(name) => value.get(name),
            Step::Index(index) => value
                .as_elements()
                .and_then(|elements| elements.get(*index))
                .unwrap_or(&Value::Null),
            Step::Element => &Value::Null,
        })
    }

    /// What kind of value this is, for error texts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "an object",
            Self::Dynamic(typed) => typed.1.kind(),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Map(_) => 7,
            Self::Dynamic(_) => 8,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => sorted(a).cmp(&sorted(b)),
            (Self::Map(a), Self::Map(b)) => a.cmp(b),
            (Self::Dynamic(a), Self::Dynamic(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

fn sorted(elements: &[Value]) -> Vec<&Value> {
    let mut elements: Vec<&Value> = elements.iter().collect();
    elements.sort();
    elements
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}
