//! The house rules hold in this tree, and each would be missed if it were broken here.

use std::path::Path;

use tests::tidy::{RULES, Report, Tree};

/// One way to break each rule in the real tree: the files added or replaced, and their text.
const BREAKS: &[(&str, &[(&str, &str)])] = &[
    ("heads", &[("contract/src/stray.rs", "pub fn a() {}\n")]),
    ("size", &[("contract/src/main.rs", LONG)]),
    (
        "lints",
        &[("provider/src/stray.rs", "//! x\n#![allow(dead_code)]\n")],
    ),
    (
        "layers",
        &[
            ("tests/src/lib.rs", "//! x\nmod top;\nmod tidy;\n"),
            ("tests/src/tidy/stray.rs", "//! x\nuse crate::top;\n"),
        ],
    ),
    (
        "foreign",
        &[("contract/src/stray.rs", "//! x\nuse reqwest::Client;\n")],
    ),
    (
        "vocabulary",
        &[(
            "provider/src/stray.rs",
            "//! x\nconst A: &str = \"{{#is_alert}}\";\n",
        )],
    ),
    (
        "forbidden",
        &[("dispatcher/tests/stray.rs", "//! x\n#[ignore]\nfn a() {}\n")],
    ),
    (
        "panics",
        &[(
            "codegen/templates/rust/src/stray.rs.hbs",
            "//! x\nfn a() { b.unwrap() }\n",
        )],
    ),
    (
        "members",
        &[(
            "sandbox/Cargo.toml",
            "[lints]\nworkspace = true\n[dev-dependencies]\ncontract.workspace = true\n",
        )],
    ),
    ("prose", &[("docs/stray.md", PRIVATE)]),
];
/// More lines than a `main.rs` may have.
const LONG: &str = "//! x\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
/// A path of somebody's machine.
const PRIVATE: &str = concat!("see /", "root/notes\n");

fn project() -> std::io::Result<Tree> {
    Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

#[test]
fn the_project_is_tidy() -> std::io::Result<()> {
    let report = Report::of(&project()?);
    assert!(report.is_empty(), "\n{report}");
    Ok(())
}

#[test]
fn each_rule_bites_in_this_tree() -> std::io::Result<()> {
    let project = project()?;
    for rule in RULES {
        let (_, files) = BREAKS
            .iter()
            .find(|(name, _)| *name == rule.name)
            .expect("every rule has a break");
        let broken = files
            .iter()
            .fold(project.clone(), |tree, (path, text)| tree.with(path, text));
        let (before, after) = ((rule.check)(&project), (rule.check)(&broken));
        assert!(
            after.len() > before.len(),
            "breaking `{}` was not noticed",
            rule.name
        );
    }
    Ok(())
}
