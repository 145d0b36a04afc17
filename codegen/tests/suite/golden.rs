//! `examples/stubs/<lang>` is what `cb-gen scaffold --service funds` writes, byte for byte. `CB_BLESS=1` rewrites it. Its `Cargo.lock`
//! is not written by cb-gen: it pins what the project's own tests build, and blessing lets cargo bring it up to date.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use codegen::disk::RealDisk;
use codegen::lang::{LANGUAGES, Language};
use codegen::scaffold::{self, Request};
use codegen::templates::Templates;

use crate::tree::{self, Tree};

/// In the golden's folder, but not from cb-gen.
const OWN: &[&str] = &["Cargo.lock", "target/"];

pub(crate) fn stub(language: &Language) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/stubs")
        .join(language.name)
}

pub(crate) fn without_own(tree: Tree) -> Tree {
    tree.into_iter()
        .filter(|(path, _)| !OWN.iter().any(|own| path.starts_with(own)))
        .collect()
}

/// Without `.cb-gen`, which would hold the whole golden once more; it has tests of its own.
pub(crate) fn without_memory(tree: Tree) -> Tree {
    tree.into_iter()
        .filter(|(path, _)| !path.starts_with(".cb-gen/"))
        .collect()
}

fn scaffold(language: &'static Language) -> io::Result<Tree> {
    let root = tempfile::tempdir()?;
    let request = Request {
        service: "funds".to_owned(),
        language: Some(language),
        out: None,
        folder: root.path().to_owned(),
        licence: None,
        dry_run: false,
        force: false,
        adopt: false,
    };
    scaffold::run(&request, &Templates::embedded(), &mut RealDisk).map_err(io::Error::other)?;
    Ok(without_memory(tree::read(&root.path().join("funds"))?))
}

#[test]
fn each_golden_is_what_is_written_today() -> io::Result<()> {
    let templates = Templates::embedded();
    for language in LANGUAGES
        .iter()
        .filter(|language| templates.of(language.name).is_some())
    {
        let written = scaffold(language)?;
        if tree::bless() {
            record(language, &written)?;
        }
        let golden = without_own(tree::read(&stub(language))?);
        let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(&written),
            names(&golden),
            "{}: if that is right: CB_BLESS=1",
            language.name
        );
        for (path, node) in &written {
            assert_eq!(
                Some(node),
                golden.get(path),
                "{path}: if that is right: CB_BLESS=1"
            );
        }
    }
    Ok(())
}

fn record(language: &Language, written: &Tree) -> io::Result<()> {
    let stub = stub(language);
    for path in without_own(tree::read(&stub)?)
        .keys()
        .filter(|path| !written.contains_key(*path))
    {
        fs::remove_file(stub.join(path))?;
    }
    tree::write(written, &stub)?;
    if language.marker == "Cargo.toml" {
        let mut cargo = Command::new(env!("CARGO"));
        let output = cargo
            .args(["metadata", "--format-version", "1"])
            .current_dir(&stub)
            .output()?;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

#[test]
fn the_script_of_the_store_is_the_same_file_in_every_language() {
    let templates = Templates::embedded();
    let script = |language: &Language| {
        let files = templates.of(language.name)?;
        let mut found = files
            .iter()
            .filter(|(path, _)| path.ends_with("apply.lua"))
            .map(|(_, content)| content.clone());
        let script = found.next();
        assert_eq!(found.next(), None, "{}: two scripts", language.name);
        Some(script.unwrap_or_default())
    };
    let first = script(codegen::lang::DEFAULT).unwrap_or_default();
    assert!(!first.is_empty(), "the script was not found");
    for language in LANGUAGES {
        if let Some(script) = script(language) {
            assert!(
                script == first,
                "{}: apply.lua differs from that of {}",
                language.name,
                codegen::lang::DEFAULT.name
            );
        }
    }
}

#[test]
fn rust_can_be_written_and_what_a_row_names_is_there() {
    let templates = Templates::embedded();
    assert!(
        templates.of("rust").is_some(),
        "the Rust template is missing"
    );
    for language in LANGUAGES {
        let Some(files) = templates.of(language.name) else {
            continue;
        };
        let there =
            |path: &str| files.contains_key(path) || files.contains_key(&format!("{path}.hbs"));
        assert!(!language.start.is_empty(), "{}: no command", language.name);
        for path in language.seeded.iter().chain(language.executable) {
            assert!(there(path), "{}: no template for `{path}`", language.name);
        }
    }
}
