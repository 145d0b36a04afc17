//! Where in a configuration or state something stands. Knows no values.

use std::fmt;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into an attribute or block of an object.
    Attribute(String),
    /// Into an element of a list or tuple, counted from 0.
    Index(usize),
    /// Into an element of a map.
    Key(String),
    /// Into some element of a set. Set elements have no names: what is reported to
    /// Terraform ends at the set.
    Element,
}

/// The way from the root of a resource, data source or provider block to a value:
/// `Path::to("callback").index(0).attribute("url")`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole block.
    pub fn root() -> Self {
        Self::default()
    }

    /// An attribute or block type of the root.
    pub fn to(name: impl Into<String>) -> Self {
        Self::root().attribute(name)
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(self, name: impl Into<String>) -> Self {
        self.then(Step::Attribute(name.into()))
    }

    /// Adds a list element, counted from 0.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// Adds a map element.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// Adds a set element.
    #[must_use]
    pub fn element(self) -> Self {
        self.then(Step::Element)
    }

    /// Adds any step.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// Puts a step before the others.
    #[must_use]
    pub fn within(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the whole block.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Path {
    fn from(name: &str) -> Self {
        Self::to(name)
    }
}

impl fmt::Display for Path {
    /// Writes the path as a Terraform expression: `callback[0].url`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if i == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Element => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}
