//! A provider that has another provider's schema and nothing else, for `terraform validate` and for `terraform test` with
//! `mock_provider`. The schema is a file that `tests/aws/schema.py` writes. No resource can be created with it.

use anyhow::Context;
use serde_json::{Map, Value as Json};
use tfplugin::{
    Attribute, Block, Cx, Diagnostic, Diagnostics, Parts, Provider, Resource, Schema, Type, Value,
    async_trait,
};

/// The environment variable with the path of the schema.
const FILE: &str = "CB_SCHEMA";

/// The provider.
#[derive(Debug)]
pub struct SchemaProvider {
    provider: Schema,
    resources: Vec<(String, Schema)>,
}

impl SchemaProvider {
    /// Reads the file that the environment names.
    ///
    /// # Errors
    /// When there is none, or it is of another shape.
    pub fn from_environment() -> anyhow::Result<Self> {
        let path = std::env::var_os(FILE).with_context(|| format!("`{FILE}` names no schema"))?;
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("read `{}`", path.to_string_lossy()))?;
        Self::from_json(&serde_json::from_str(&text).context("the schema is no JSON")?)
    }

    fn from_json(json: &Json) -> anyhow::Result<Self> {
        let resources = object(&json["resources"])?.iter();
        Ok(Self {
            provider: schema(&json["provider"])?,
            resources: resources
                .map(|(name, json)| Ok((name.clone(), schema(json).context(name.clone())?)))
                .collect::<anyhow::Result<_>>()?,
        })
    }
}

fn schema(json: &Json) -> anyhow::Result<Schema> {
    Ok(Schema::new("")
        .attributes(attributes(json)?)
        .blocks(blocks(json)?))
}

fn attributes(json: &Json) -> anyhow::Result<Vec<Attribute>> {
    let row = |(name, json): (&String, &Json)| {
        let ty = Type::from_json(&json["type"]).with_context(|| name.clone())?;
        let attribute = Attribute::of(name, ty);
        Ok(match (json["required"] == true, json["computed"] == true) {
            (true, _) => attribute.required(),
            (_, true) => attribute.computed(),
            _ => attribute.optional(),
        })
    };
    object(&json["attributes"])?.iter().map(row).collect()
}

fn blocks(json: &Json) -> anyhow::Result<Vec<Block>> {
    let row = |(name, json): (&String, &Json)| {
        let block = match json["nesting"].as_str() {
            Some("list") => Block::list(name),
            Some("set") => Block::set(name),
            Some("single") => Block::single(name),
            _ => anyhow::bail!("`{name}` has no nesting"),
        };
        Ok(block
            .min(u32::from(json["min"] == 1))
            .max(u32::from(json["max"] == 1))
            .attributes(attributes(json)?)
            .blocks(blocks(json)?))
    };
    object(&json["blocks"])?.iter().map(row).collect()
}

fn object(json: &Json) -> anyhow::Result<&Map<String, Json>> {
    json.as_object()
        .with_context(|| format!("`{json}` is no object"))
}

#[async_trait]
impl Provider for SchemaProvider {
    type Config = Value;
    type Client = ();

    fn schema(&self) -> Schema {
        self.provider.clone()
    }

    fn parts(&self) -> Parts<()> {
        let resource = |(name, schema): &(String, Schema)| OnlySchema {
            name: name.clone(),
            schema: schema.clone(),
        };
        self.resources
            .iter()
            .map(resource)
            .fold(Parts::new(), Parts::resource)
    }

    async fn configure(&self, _: &mut Cx<()>, _: Value) -> Result<(), Diagnostics> {
        Ok(())
    }
}

struct OnlySchema {
    name: String,
    schema: Schema,
}

impl OnlySchema {
    fn refusal<T>(&self) -> Result<T, Diagnostics> {
        Err(
            Diagnostic::error(format!("`{}` has only a schema here", self.name))
                .detail("Mock the provider: `mock_provider \"NAME\" {}` in the test file.")
                .into(),
        )
    }
}

#[async_trait]
impl Resource for OnlySchema {
    type Client = ();
    type Model = Value;

    fn name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn create(&self, _: &mut Cx<()>, _: Value) -> Result<Value, Diagnostics> {
        self.refusal()
    }

    async fn read(&self, _: &mut Cx<()>, _: Value) -> Result<Option<Value>, Diagnostics> {
        self.refusal()
    }

    async fn update(&self, _: &mut Cx<()>, _: Value, _: Value) -> Result<Value, Diagnostics> {
        self.refusal()
    }

    async fn delete(&self, _: &mut Cx<()>, _: Value) -> Result<(), Diagnostics> {
        self.refusal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn small() -> Json {
        json!({
            "provider": {"attributes": {"region": {"type": "string"}}, "blocks": {}},
            "resources": {"aws_a": {
                "attributes": {
                    "id": {"type": "string", "computed": true},
                    "name": {"type": "string", "required": true},
                },
                "blocks": {"tail": {
                    "nesting": "list", "min": 1, "max": 1, "blocks": {},
                    "attributes": {"ports": {"type": ["set", "number"]}},
                }},
            }},
        })
    }

    #[test]
    fn a_schema_is_read_as_it_stands() {
        let provider = SchemaProvider::from_json(&small()).unwrap();
        assert!(tfplugin::check(&provider).is_empty());
        let ports = Type::object([("ports", Type::set(Type::Number))]);
        let expected = [
            ("id", Type::String),
            ("name", Type::String),
            ("tail", Type::list(ports)),
        ];
        assert_eq!(provider.resources[0].1.ty(), Type::object(expected));
    }

    #[test]
    fn other_shapes_are_refused() {
        for (pointer, wrong) in [
            ("/resources", json!([])),
            ("/resources/aws_a/blocks/tail/nesting", json!("heap")),
            ("/resources/aws_a/attributes/id/type", json!("text")),
        ] {
            let mut json = small();
            *json.pointer_mut(pointer).unwrap() = wrong;
            assert!(SchemaProvider::from_json(&json).is_err(), "{pointer}");
        }
    }
}
