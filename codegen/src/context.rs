//! What a template may ask for: one typed value and its schema, which the lint walks. Whoever adds a field adds a row in
//! `templates/README.md`; a test compares the two.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde_json::Value;

/// The values of one scaffold.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Context {
    /// The service's name: a DNS label.
    service: String,
    /// The same with `_` for `-`, for places that take no dash (Datadog's metric names).
    service_snake: String,
    /// The folder is matched by `members` of a Cargo workspace around it; `false` in other languages.
    workspace_member: bool,
}

impl Context {
    pub(crate) fn new(service: &str, workspace_member: bool) -> Self {
        Self {
            service: service.to_owned(),
            service_snake: service.replace('-', "_"),
            workspace_member,
        }
    }

    /// As JSON, for the engine.
    pub(crate) fn values(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// JSON Schema of [`Context::values`].
    pub(crate) fn schema() -> Schema {
        schema_for!(Context)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Context;

    #[test]
    fn values_schema_and_the_table_in_the_readme_name_the_same() {
        let keys = |value: &serde_json::Value| -> BTreeSet<String> {
            value
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect()
        };
        let values = keys(&Context::new("my-funds", false).values());
        assert_eq!(values, keys(&Context::schema().as_value()["properties"]));
        let table = include_str!("../templates/README.md")
            .split("\n| value |")
            .nth(1)
            .expect("a table");
        let rows = table
            .lines()
            .skip(2)
            .map_while(|line| line.strip_prefix("| `"));
        let rows = rows.filter_map(|row| row.split('`').next());
        assert_eq!(values, rows.map(str::to_owned).collect());
    }

    #[test]
    fn a_name_is_spelled_without_dashes_where_it_must_be() {
        let values = Context::new("my-funds-2", true).values();
        assert_eq!(values["service"], "my-funds-2");
        assert_eq!(values["service_snake"], "my_funds_2");
        assert_eq!(values["workspace_member"], true);
    }
}
