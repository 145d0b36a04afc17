//! Finds schemas that contradict themselves, or that Terraform would refuse when it is
//! too late: at the start of the provider and in its tests.

use super::{Attribute, Body, Nesting, Schema, Shape};
use crate::{
    model::Fields,
    path::Path,
    value::{Type, Value},
};
use std::collections::BTreeSet;

/// What a schema is the schema of; each place has names of its own that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A `provider` block.
    Provider,
    /// A `resource` block.
    Resource,
    /// A `data` block.
    DataSource,
}

impl Place {
    /// Terraform's own arguments in such a block.
    fn reserved(self) -> &'static [&'static str] {
        match self {
            Self::Provider => &["alias", "version"],
            Self::Resource | Self::DataSource => &[
                "connection",
                "count",
                "depends_on",
                "for_each",
                "lifecycle",
                "provider",
                "provisioner",
            ],
        }
    }
}

impl Schema {
    /// Every mistake in the schema, as a text that begins with the attribute's path.
    /// Empty when all is well.
    pub fn check(&self, place: Place) -> Vec<String> {
        let mut found = Findings(Vec::new());
        if self.version < 0 {
            found.add(&Path::root(), "the version must not be negative");
        }
        let names = self.body.attributes.iter().map(|a| &a.name);
        for name in names.chain(self.body.blocks.iter().map(|b| &b.name)) {
            if place.reserved().contains(&name.as_str()) {
                found.add(
                    &Path::to(name),
                    "the name belongs to Terraform: choose another",
                );
            }
        }
        found.body(&self.body, &Path::root(), false);
        found.0
    }

    /// Every difference between the schema and the attributes of its model.
    pub(crate) fn compare(&self, fields: Option<&Fields>) -> Vec<String> {
        let mut found = Findings(Vec::new());
        if let Some(fields) = fields {
            found.fields(
                &self.body.attributes,
                Some(&self.body),
                fields,
                &Path::root(),
            );
        }
        found.0
    }
}

struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, path: &Path, problem: impl AsRef<str>) {
        let place = if path.is_root() {
            "schema".to_owned()
        } else {
            format!("`{path}`")
        };
        self.0.push(format!("{place}: {}", problem.as_ref()));
    }

    fn body(&mut self, body: &Body, path: &Path, in_set: bool) {
        let blocks = body.blocks.iter().map(|block| block.name.as_str());
        self.names(
            body.attributes
                .iter()
                .map(|a| a.name.as_str())
                .chain(blocks),
            path,
        );
        for attribute in &body.attributes {
            self.attribute(attribute, &path.clone().attribute(&attribute.name), in_set);
        }
        for block in &body.blocks {
            let path = path.clone().attribute(&block.name);
            let max = if block.nesting == Nesting::Single {
                1
            } else {
                block.max
            };
            if max != 0 && block.min > max {
                self.add(
                    &path,
                    format!("at least {} but at most {max} blocks", block.min),
                );
            }
            self.body(&block.body, &path, in_set || block.nesting == Nesting::Set);
        }
    }

    fn names<'a>(&mut self, names: impl Iterator<Item = &'a str>, path: &Path) {
        let mut seen = BTreeSet::new();
        for name in names {
            let path = path.clone().attribute(name);
            let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            if !name.bytes().all(letters)
                || !name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            {
                self.add(
                    &path,
                    "a name is made of small letters, digits and `_`, and no digit is first",
                );
            }
            if !seen.insert(name) {
                self.add(&path, "the name is given twice");
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &Path, in_set: bool) {
        self.mode(attribute, path);
        self.rules(attribute, path, in_set);
        match &attribute.shape {
            Shape::Plain(ty) => self.collection(ty, path, in_set),
            Shape::Nested(_, attributes) if attributes.is_empty() => {
                self.add(path, "a nested attribute needs attributes");
            }
            Shape::Nested(nesting, attributes) => {
                self.names(attributes.iter().map(|a| a.name.as_str()), path);
                let in_set = in_set || *nesting == Nesting::Set;
                for inner in attributes {
                    self.attribute(inner, &path.clone().attribute(&inner.name), in_set);
                    let held = matches!(nesting, Nesting::List | Nesting::Set | Nesting::Map);
                    if held && inner.ty().has_dynamic() {
                        self.add(
                            &path.clone().attribute(&inner.name),
                            "a collection cannot hold values of any type",
                        );
                    }
                }
            }
        }
    }

    fn mode(&mut self, attribute: &Attribute, path: &Path) {
        let problem = match (attribute.required, attribute.optional, attribute.computed) {
            (false, false, false) => "say one of required, optional and computed",
            (true, true, _) => "required and optional exclude each other",
            (true, _, true) => "required and computed exclude each other",
            _ => return,
        };
        self.add(path, problem);
    }

    fn rules(&mut self, attribute: &Attribute, path: &Path, in_set: bool) {
        if let Some(default) = &attribute.default {
            if !(attribute.optional && attribute.computed) {
                self.add(path, "a default needs optional and computed");
            }
            if !default.is_wholly_known() || *default == Value::Null {
                self.add(path, "a default must be known and not null");
            }
            if let Err(error) = default.clone().conform(&attribute.ty()) {
                self.add(path, format!("the default does not fit: {error}"));
            }
            let broken = attribute
                .checks
                .iter()
                .find_map(|check| check(default).err());
            if let Some(problem) = broken {
                self.add(
                    path,
                    format!("the default breaks the attribute's own rule: {problem}"),
                );
            }
        }
        if attribute.keep && !attribute.computed {
            self.add(
                path,
                "only computed attributes can use the state for unknown",
            );
        }
        if attribute.same.is_some() && in_set {
            self.add(
                path,
                "sameness has no effect inside a set: declare it on the set",
            );
        }
        if attribute.replace.is_some() && in_set {
            self.add(
                path,
                "an element of a set has no earlier self to differ from: declare the replacement on the set",
            );
        }
        let collection = matches!(attribute.ty(), Type::List(_) | Type::Set(_) | Type::Map(_));
        if !attribute.element_checks.is_empty() && !collection {
            self.add(path, "only lists, sets and maps have elements to check");
        }
    }

    fn collection(&mut self, ty: &Type, path: &Path, in_set: bool) {
        match ty {
            Type::Dynamic if in_set => {
                self.add(path, "a collection cannot hold values of any type")
            }
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                if element.has_dynamic() {
                    self.add(path, "a collection cannot hold values of any type");
                }
            }
            Type::Tuple(elements) => elements
                .iter()
                .for_each(|ty| self.collection(ty, path, in_set)),
            Type::Object(entries) => entries
                .values()
                .for_each(|ty| self.collection(ty, path, in_set)),
            _ => {}
        }
    }

    fn fields(
        &mut self,
        attributes: &[Attribute],
        body: Option<&Body>,
        fields: &Fields,
        path: &Path,
    ) {
        let blocks = body.map_or(&[][..], |body| &body.blocks);
        for (name, inner) in &fields.0 {
            let path = path.clone().attribute(*name);
            let attribute = attributes.iter().find(|a| a.name == *name);
            let block = blocks.iter().find(|b| b.name == *name);
            match (attribute.map(|a| &a.shape), block, inner) {
                (None, None, _) => self.add(&path, "the model has it, the schema does not"),
                (Some(Shape::Nested(_, attributes)), _, Some(inner)) => {
                    self.fields(attributes, None, inner, &path)
                }
                (_, Some(block), Some(inner)) => {
                    self.fields(&block.body.attributes, Some(&block.body), inner, &path)
                }
                _ => {}
            }
        }
        let names = attributes
            .iter()
            .map(|a| &a.name)
            .chain(blocks.iter().map(|b| &b.name));
        for name in names {
            if !fields.0.iter().any(|(field, _)| field == name) {
                self.add(
                    &path.clone().attribute(name),
                    "the schema has it, the model does not",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Block, checks};

    fn found(place: Place, attributes: impl IntoIterator<Item = Attribute>) -> Vec<String> {
        Schema::new("").attributes(attributes).check(place)
    }

    #[test]
    fn contradictions_are_found() {
        let a = || Attribute::string("a");
        let both = || a().optional().computed();
        let nested = |nesting, inner| Attribute::nested("n", nesting, [inner]).optional();
        // What is declared, and how the finding begins; "" for none.
        let rows = [
            (
                both()
                    .default("x")
                    .use_state_for_unknown()
                    .requires_replace(),
                "",
            ),
            (a(), "`a`: say one of"),
            (
                a().required().optional(),
                "`a`: required and optional exclude",
            ),
            (
                a().required().computed(),
                "`a`: required and computed exclude",
            ),
            (a().optional().default("x"), "`a`: a default needs"),
            (both().default(1), "`a`: the default does not fit"),
            (
                both().default(Value::Unknown),
                "`a`: a default must be known",
            ),
            (
                both().default("x").check(checks::one_of(["y"])),
                "`a`: the default breaks",
            ),
            (a().optional().use_state_for_unknown(), "`a`: only computed"),
            (
                a().optional().check_each(checks::not_empty()),
                "`a`: only lists",
            ),
            (Attribute::string("A").optional(), "`A`: a name is made of"),
            (
                Attribute::string("1a").optional(),
                "`1a`: a name is made of",
            ),
            (
                Attribute::string("count").optional(),
                "`count`: the name belongs",
            ),
            (
                Attribute::string("provider").optional(),
                "`provider`: the name belongs",
            ),
            (
                Attribute::list("l", Type::Dynamic).optional(),
                "`l`: a collection cannot",
            ),
            (Attribute::of("d", Type::Dynamic).optional(), ""),
            (
                Attribute::nested("n", Nesting::List, []).optional(),
                "`n`: a nested attribute needs",
            ),
            (
                nested(
                    Nesting::Single,
                    Attribute::of("a", Type::Dynamic).optional(),
                ),
                "",
            ),
            (
                nested(Nesting::Map, Attribute::of("a", Type::Dynamic).optional()),
                "`n.a`: a collection cannot",
            ),
            (nested(Nesting::List, a()), "`n.a`: say one of"),
            (
                nested(Nesting::Set, a().optional().same_if(|_, _| true)),
                "`n.a`: sameness has no effect",
            ),
            (
                nested(Nesting::Set, a().optional().requires_replace()),
                "`n.a`: an element of a set has no",
            ),
        ];
        for (attribute, wanted) in rows {
            let shown = format!("{attribute:?}");
            let found = found(Place::Resource, [attribute]);
            let fits = if wanted.is_empty() {
                found.is_empty()
            } else {
                found.iter().any(|f| f.starts_with(wanted))
            };
            assert!(fits, "{wanted:?} is not in {found:?} for {shown}");
        }
    }

    #[test]
    fn names_and_numbers_of_blocks_are_looked_at() {
        let a = || Attribute::string("a").optional();
        assert_eq!(
            found(Place::Provider, [Attribute::string("count").optional()]),
            [""; 0]
        );
        assert_eq!(
            found(Place::Provider, [Attribute::string("alias").optional()]).len(),
            1
        );
        assert_eq!(
            found(Place::Resource, [a(), a()]),
            ["`a`: the name is given twice"]
        );
        let schema = Schema::new("").attributes([a()]).blocks([
            Block::list("a").attributes([a()]),
            Block::single("b").min(2).attributes([a()]),
            Block::set("c").min(3).max(2).attributes([a(), a()]),
            Block::list("for_each"),
        ]);
        let wanted = [
            "`for_each`: the name belongs to Terraform: choose another",
            "`a`: the name is given twice",
            "`b`: at least 2 but at most 1 blocks",
            "`c`: at least 3 but at most 2 blocks",
            "`c.a`: the name is given twice",
        ];
        assert_eq!(schema.check(Place::Resource), wanted);
    }

    crate::model! {
        struct Outer {
            a: crate::model::Attr<String>,
            gone: crate::model::Attr<String>,
            rows: crate::model::Attr<Vec<Inner>> = "row",
        }

        struct Inner {
            a: crate::model::Attr<String>,
        }
    }

    #[test]
    fn a_model_must_have_what_its_schema_has() {
        use crate::model::FromValue;
        let a = |name| Attribute::string(name).optional();
        let schema = Schema::new("")
            .attributes([a("a"), a("new")])
            .blocks([Block::list("row").attributes([a("a"), a("b")])]);
        let wanted = [
            "`gone`: the model has it, the schema does not",
            "`row.b`: the schema has it, the model does not",
            "`new`: the schema has it, the model does not",
        ];
        assert_eq!(schema.compare(Outer::fields().as_ref()), wanted);
        assert_eq!(schema.compare(Value::fields().as_ref()), [""; 0]);
    }
}
