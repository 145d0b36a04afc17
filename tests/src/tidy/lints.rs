//! Rule: clippy and rustc are set up to judge what this project asks of a function, every member takes those lints, and no source
//! switches them off. Generated code included from `OUT_DIR` may be excused by a file that does nothing else.

use toml::{Table, Value};

use super::source::{Kind, Source};
use super::{Tree, Violation, manifest};

/// Lints that must be on in `[workspace.lints.clippy]`.
const CLIPPY: &[&str] = &[
    "all",
    "too_many_lines",
    "too_many_arguments",
    "unwrap_used",
    "expect_used",
    "panic",
    "todo",
    "unimplemented",
    "dbg_macro",
];
/// Lints that must be on in `[workspace.lints.rust]`.
const RUST: &[&str] = &["unsafe_code", "missing_docs"];
/// Upper bounds in `clippy.toml`.
const THRESHOLDS: &[(&str, i64)] = &[
    ("too-many-lines-threshold", 40),
    ("too-many-arguments-threshold", 5),
];

/// Lints and groups of lints that no source may switch off, tests included.
const FIRM: &[&str] = &[
    "warnings",
    "unused",
    "unsafe_code",
    "clippy::all",
    "clippy::pedantic",
    "clippy::restriction",
    "clippy::complexity",
    "clippy::style",
    "clippy::too_many_lines",
    "clippy::too_many_arguments",
    "clippy::cognitive_complexity",
];
/// Lints that only tests may switch off: clippy does not see that a helper of an integration test is one.
const FIRM_OUTSIDE_TESTS: &[&str] = &[
    "clippy::unwrap_used",
    "clippy::expect_used",
    "clippy::panic",
    "clippy::todo",
    "clippy::unimplemented",
    "clippy::dbg_macro",
];

/// The crate of which all is test code.
const HARNESS: &str = "tests/";

/// The longest file that may excuse included code.
const INCLUDER: usize = 40;

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = settings(tree);
    for member in manifest::members(tree) {
        let path = format!("{member}/Cargo.toml");
        let lints = manifest::read(tree, &path)
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(Value::as_bool);
        if lints != Some(true) {
            found.push(Violation::new(
                &path,
                1,
                "the member does not take the workspace's lints",
                "add `[lints] workspace = true`",
            ));
        }
    }
    found.extend(
        tree.rust()
            .iter()
            .filter(|source| !includes_generated(source))
            .flat_map(excuses),
    );
    found
}

fn settings(tree: &Tree) -> Vec<Violation> {
    let mut found = levels(tree);
    let clippy = manifest::read(tree, "clippy.toml");
    for (name, limit) in THRESHOLDS {
        let value = clippy.get(*name).and_then(Value::as_integer);
        if value.is_none_or(|value| value > *limit) {
            let what = format!("`{name}` is not at most {limit}");
            found.push(Violation::new(
                "clippy.toml",
                1,
                what,
                format!("set it to {limit}"),
            ));
        }
    }
    let rustfmt = manifest::read(tree, "rustfmt.toml");
    if rustfmt.get("reorder_modules").and_then(Value::as_bool) != Some(false) {
        let remedy = "set it to false: the order of modules is their layering";
        found.push(Violation::new(
            "rustfmt.toml",
            1,
            "`reorder_modules` is not false",
            remedy,
        ));
    }
    found
}

fn levels(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let root = manifest::read(tree, "Cargo.toml");
    let lints = root
        .get("workspace")
        .and_then(|workspace| workspace.get("lints"));
    for (tool, names) in [("clippy", CLIPPY), ("rust", RUST)] {
        let table = lints
            .and_then(|lints| lints.get(tool))
            .and_then(Value::as_table);
        for name in names.iter().filter(|name| !is_on(table, name)) {
            let remedy = format!("set it to \"warn\" in `[workspace.lints.{tool}]`");
            found.push(Violation::new(
                "Cargo.toml",
                1,
                format!("the lint `{name}` is not on"),
                remedy,
            ));
        }
    }
    found
}

fn is_on(table: Option<&Table>, name: &str) -> bool {
    let value = table.and_then(|table| table.get(name));
    let level = value.and_then(|value| value.get("level").unwrap_or(value).as_str());
    matches!(level, Some("warn" | "deny" | "forbid"))
}

fn includes_generated(source: &Source) -> bool {
    let includes = |kind: &Kind| match kind {
        Kind::Word(word) => word == "include_proto",
        Kind::Text(text) => text == "\"OUT_DIR\"",
        _ => false,
    };
    source.product_lines <= INCLUDER && source.tokens.iter().any(|token| includes(&token.kind))
}

/// The `allow`s and `expect`s of one file that excuse too much.
fn excuses(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    let harness = source.path.starts_with(HARNESS);
    for (i, token) in source
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.is("#"))
    {
        let inner = source.tokens.get(i + 1).is_some_and(|next| next.is("!"));
        let open = i + 1 + usize::from(inner);
        for lint in excused(source, open) {
            let firm = FIRM.contains(&lint.as_str())
                || (!token.test && !harness && FIRM_OUTSIDE_TESTS.contains(&lint.as_str()));
            if firm || (inner && !token.test) {
                let what = format!(
                    "`{lint}` is switched off{}",
                    if inner { " for a whole module" } else { "" }
                );
                found.push(Violation::new(
                    &source.path,
                    token.line,
                    what,
                    "mend what the lint finds, or excuse one item",
                ));
            }
        }
    }
    found
}

/// The lints named in `allow(…)` or `expect(…)` of the attribute whose `[` is at `open`.
fn excused(source: &Source, open: usize) -> Vec<String> {
    let mut lints = Vec::new();
    let end = source.closing(open);
    for i in open..end {
        let names = source.tokens[i]
            .word()
            .is_some_and(|word| word == "allow" || word == "expect");
        if names && source.tokens[i + 1].opens('(') {
            let list = &source.tokens[i + 2..source.closing(i + 1)];
            lints.extend(
                list.split(|token| token.is(","))
                    .map(path)
                    .filter(|path| !path.is_empty() && !path.starts_with("reason")),
            );
        }
    }
    lints
}

fn path(tokens: &[super::source::Token]) -> String {
    let part = |token: &super::source::Token| {
        token.word().map_or_else(
            || if token.is("::") { "::" } else { "" }.to_owned(),
            str::to_owned,
        )
    };
    tokens.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::{CLIPPY, RUST, check};

    fn with(changes: &[(&str, &str)]) -> Vec<String> {
        let on = |names: &[&str]| {
            names
                .iter()
                .map(|name| format!("{name} = \"warn\"\n"))
                .collect::<String>()
        };
        let root = format!(
            "[workspace]\nmembers = [\"a\"]\n[workspace.lints.rust]\n{}[workspace.lints.clippy]\n{}",
            on(RUST),
            on(CLIPPY)
        );
        let mut files = vec![
            ("Cargo.toml", root.as_str()),
            ("a/Cargo.toml", "[lints]\nworkspace = true\n"),
            (
                "clippy.toml",
                "too-many-lines-threshold = 40\ntoo-many-arguments-threshold = 5\n",
            ),
            ("rustfmt.toml", "reorder_modules = false\n"),
        ];
        files.extend_from_slice(changes);
        places(check, &files)
    }

    #[test]
    fn settings_that_judge_too_mildly_are_caught() {
        assert_eq!(with(&[]), [""; 0]);
        assert_eq!(with(&[("Cargo.toml", "")]).len(), CLIPPY.len() + RUST.len());
        assert_eq!(
            with(&[("a/Cargo.toml", "[lints]\nworkspace = false\n")]),
            ["a/Cargo.toml:1"]
        );
        assert_eq!(
            with(&[("clippy.toml", "too-many-lines-threshold = 41\n")]),
            ["clippy.toml:1", "clippy.toml:1"]
        );
        assert_eq!(with(&[("rustfmt.toml", "")]), ["rustfmt.toml:1"]);
    }

    #[test]
    fn excuses_are_caught() {
        let caught = |text: &str| !with(&[("a/src/x.rs", text)]).is_empty();
        assert!(caught("#![allow(dead_code)]"));
        assert!(caught("#[allow(clippy::too_many_lines)] fn a() {}"));
        assert!(caught(
            "#[expect(dead_code, clippy::unwrap_used, reason = \"x\")] fn a() {}"
        ));
        assert!(caught(
            "#[cfg_attr(debug_assertions, allow(warnings))] fn a() {}"
        ));
        assert!(caught("#[cfg(test)] mod tests { #![allow(clippy::all)] }"));
        assert!(!caught(
            "#[expect(dead_code, reason = \"clippy::all\")] fn a() { b.expect(clippy::all) }"
        ));
        assert!(!caught(
            "#[cfg(test)] mod tests { #![allow(clippy::unwrap_used)] }"
        ));
    }

    #[test]
    fn the_harness_may_panic_but_not_sprawl() {
        let panics = "#[allow(clippy::panic)] fn a() {}";
        assert_eq!(with(&[("tests/src/x.rs", panics)]), [""; 0]);
        assert_eq!(with(&[("provider/src/x.rs", panics)]).len(), 1);
        let sprawls = "#[allow(clippy::too_many_lines)] fn a() {}";
        assert_eq!(with(&[("tests/src/x.rs", sprawls)]).len(), 1);
    }

    #[test]
    fn only_a_small_file_excuses_generated_code() {
        let small = "#![allow(clippy::all)]\ntonic::include_proto!(\"x\");\n";
        assert_eq!(with(&[("a/src/x.rs", small)]), [""; 0]);
        let large = format!("{small}{}", "fn a() {}\n".repeat(40));
        assert_eq!(with(&[("a/src/x.rs", &large)]), ["a/src/x.rs:1"]);
    }
}
