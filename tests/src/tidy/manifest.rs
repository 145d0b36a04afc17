//! Cargo manifests as tables. A manifest that does not parse reads as empty: cargo itself says what is wrong with it.

use toml::{Table, Value};

use super::tree::Tree;

/// Every table of a manifest that names dependencies of the shipped code.
pub(super) const SHIPPED: &[&str] = &["dependencies", "build-dependencies"];
/// Those, and the tests' own.
pub(super) const ALL: &[&str] = &["dependencies", "build-dependencies", "dev-dependencies"];

/// The manifest at `path`.
pub(super) fn read(tree: &Tree, path: &str) -> Table {
    tree.text(path)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// The folders of the workspace's members.
pub(super) fn members(tree: &Tree) -> Vec<String> {
    let root = Value::Table(read(tree, "Cargo.toml"));
    let members = root
        .get("workspace")
        .and_then(|w| w.get("members"))
        .and_then(Value::as_array);
    members
        .into_iter()
        .flatten()
        .filter_map(|m| m.as_str().map(str::to_owned))
        .collect()
}

/// The names of the dependencies in the given tables, those for one target included.
pub(super) fn dependencies(manifest: &Table, tables: &[&str]) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let scopes = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    let mut names = Vec::new();
    for scope in std::iter::once(manifest).chain(scopes) {
        for table in tables
            .iter()
            .filter_map(|name| scope.get(*name))
            .filter_map(Value::as_table)
        {
            names.extend(table.keys().cloned());
        }
    }
    names
}

/// The line of `text` where the key `name` is set, or 1.
pub(super) fn line_of(text: &str, name: &str) -> usize {
    let sets = |line: &str| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(sets).map_or(1, |i| i + 1)
}
