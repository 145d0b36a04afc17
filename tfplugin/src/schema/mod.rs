//! What a provider, resource or data source block may hold, as a table of rows:
//! attributes and nested blocks with their rules. The rules are carried out in
//! `validate` and `plan`; `inspect` finds schemas that contradict themselves.

pub mod checks;
mod attribute;
mod inspect;

pub use attribute::{Attribute, Check, Nesting};
pub(crate) use attribute::{Replace, Shape};
pub use inspect::Place;

use crate::value::Type;

/// The schema of a provider, resource or data source:
///
/// ```
/// use tfplugin::{Attribute, Block, Schema, checks};
///
/// Schema::new("A monitor.")
///     .version(1)
///     .attributes([
///         Attribute::string("id").computed().use_state_for_unknown(),
///         Attribute::string("name").required().describe("Shown in the list.").check(checks::not_empty()),
///         Attribute::number("priority").optional().check(checks::between(1, 5)),
///     ])
///     .blocks([
///         Block::list("callback").max(10).attributes([Attribute::string("url").required()]),
///     ]);
/// ```
#[derive(Clone, Debug)]
pub struct Schema {
    pub(crate) version: i64,
    pub(crate) body: Body,
}

/// Attributes and blocks that stand side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) description: String,
    pub(crate) deprecated: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

/// A nested block type: `name { … }` in a configuration.
#[derive(Clone, Debug)]
pub struct Block {
    pub(crate) name: String,
    pub(crate) nesting: Nesting,
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) body: Body,
}

impl Schema {
    /// A schema of version 0 with a description in Markdown.
    pub fn new(description: impl Into<String>) -> Self {
        let body = Body {
            description: description.into(),
            ..Body::default()
        };
        Self { version: 0, body }
    }

    /// The version of the state. Raise it when old state must be rewritten by
    /// `Resource::upgrade`; attributes that merely come or go need no new version.
    #[must_use]
    pub fn version(self, version: i64) -> Self {
        Self { version, ..self }
    }

    /// Adds attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.body.attributes.extend(attributes);
        self
    }

    /// Adds nested blocks.
    #[must_use]
    pub fn blocks(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.body.blocks.extend(blocks);
        self
    }

    /// Marks the whole block as deprecated and says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.body.deprecated = Some(instead.into());
        self
    }

    /// Another description.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.body.description = description.into();
        self
    }

    /// The attributes and blocks with these names alone.
    #[must_use]
    pub fn only(mut self, names: &[&str]) -> Self {
        self.body.retain(|name| names.contains(&name));
        self
    }

    /// All attributes and blocks but those with these names.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.body.retain(|name| !names.contains(&name));
        self
    }

    /// The same attributes as a data source finds them: set by the provider alone, so that no rule is
    /// left. Blocks, which only a configuration can write, become nested attributes.
    #[must_use]
    pub fn found(mut self) -> Self {
        self.body = Body {
            attributes: self.body.found(),
            blocks: Vec::new(),
            ..self.body
        };
        self
    }

    /// The type of the values.
    pub fn ty(&self) -> Type {
        self.body.ty()
    }
}

impl Block {
    fn new(name: impl Into<String>, nesting: Nesting) -> Self {
        Self {
            name: name.into(),
            nesting,
            min: 0,
            max: 0,
            body: Body::default(),
        }
    }

    /// A block that may stand at most once: an object, or null.
    pub fn single(name: impl Into<String>) -> Self {
        Self::new(name, Nesting::Single)
    }

    /// A block that may be repeated, in order: a list of objects, never null.
    pub fn list(name: impl Into<String>) -> Self {
        Self::new(name, Nesting::List)
    }

    /// A block that may be repeated, in any order: a set of objects, never null.
    pub fn set(name: impl Into<String>) -> Self {
        Self::new(name, Nesting::Set)
    }

    /// How often the block must stand at least; Terraform itself checks it. A single
    /// block is required by `min(1)`.
    #[must_use]
    pub fn min(self, min: u32) -> Self {
        Self { min, ..self }
    }

    /// How often the block may stand at most; 0 means any number. Terraform itself
    /// checks it.
    #[must_use]
    pub fn max(self, max: u32) -> Self {
        Self { max, ..self }
    }

    /// Describes the block in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.body.description = description.into();
        self
    }

    /// Marks the block as deprecated and says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.body.deprecated = Some(instead.into());
        self
    }

    /// Adds attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.body.attributes.extend(attributes);
        self
    }

    /// Adds blocks inside this one.
    #[must_use]
    pub fn blocks(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.body.blocks.extend(blocks);
        self
    }

    fn ty(&self) -> Type {
        self.nesting.of(self.body.ty())
    }
}

impl Body {
    fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.attributes.retain(|attribute| keep(&attribute.name));
        self.blocks.retain(|block| keep(&block.name));
    }

    fn found(&self) -> Vec<Attribute> {
        let attributes = self.attributes.iter().map(Attribute::found);
        let blocks = self.blocks.iter().map(|block| {
            Attribute::nested(&block.name, block.nesting, block.body.found())
                .computed()
                .describe(&block.body.description)
        });
        attributes.chain(blocks).collect()
    }

    pub(crate) fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.clone(), a.ty()));
        let blocks = self.blocks.iter().map(|b| (b.name.clone(), b.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let inner = || [Attribute::string("by").optional().computed().default("me")];
        Schema::new("One.")
            .attributes([
                Attribute::string("name")
                    .required()
                    .describe("N.")
                    .check(checks::not_empty()),
                Attribute::nested("many", Nesting::Map, inner()).optional(),
                Attribute::string("key")
                    .optional()
                    .sensitive()
                    .requires_replace(),
            ])
            .blocks([Block::list("part")
                .min(1)
                .describe("P.")
                .attributes(inner())])
    }

    #[test]
    fn parts_of_a_schema_are_taken_by_name() {
        let names = |schema: Schema| match schema.ty() {
            Type::Object(attributes) => attributes.into_keys().collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        assert_eq!(names(schema().only(&["part", "name"])), ["name", "part"]);
        assert_eq!(names(schema().without(&["part", "name"])), ["key", "many"]);
        assert_eq!(schema().describe("Two.").body.description, "Two.");
    }

    #[test]
    fn what_is_found_has_the_same_type_and_no_rule() {
        let found = schema().found();
        assert_eq!(found.ty(), schema().ty());
        assert_eq!(found.check(Place::DataSource), [""; 0]);
        assert!(found.body.blocks.is_empty());
        let plain = |attribute: &Attribute| {
            let bare = attribute.checks.is_empty() && attribute.default.is_none();
            bare && attribute.replace.is_none() && attribute.computed && !attribute.optional
        };
        for attribute in &found.body.attributes {
            assert!(
                plain(attribute) && !attribute.required,
                "{}",
                attribute.name
            );
            if let Shape::Nested(_, inner) = &attribute.shape {
                assert!(inner.iter().all(plain), "{}", attribute.name);
            }
        }
        let texts: Vec<_> = found
            .body
            .attributes
            .iter()
            .map(|a| a.description.as_str())
            .collect();
        assert_eq!(texts, ["N.", "", "", "P."]);
        assert!(found.body.attributes[2].sensitive);
    }
}
