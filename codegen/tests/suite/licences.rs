//! `--spdx`: every source file of every language bears the licence and is still what its tools want; what must not change does not.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use codegen::disk::RealDisk;
use codegen::lang::{LANGUAGES, Language};
use codegen::licence::Licence;
use codegen::scaffold::{self, Request};
use codegen::templates::Templates;

use crate::tree::{self, Node, Tree};

fn scaffold(language: &'static Language, licence: Option<&str>, root: &Path) -> io::Result<Tree> {
    let request = Request {
        service: "funds".to_owned(),
        language: Some(language),
        out: None,
        folder: root.to_owned(),
        licence: licence
            .map(Licence::parse)
            .transpose()
            .map_err(io::Error::other)?,
        dry_run: false,
        force: false,
        adopt: false,
    };
    scaffold::run(&request, &Templates::embedded(), &mut RealDisk).map_err(io::Error::other)?;
    tree::read(&root.join("funds"))
}

fn text(node: &Node) -> io::Result<String> {
    match node {
        Node::File(content) => Ok(String::from_utf8_lossy(content).into_owned()),
        other => Err(io::Error::other(format!("{other:?} is no file"))),
    }
}

/// What is source, and so must bear the licence.
fn is_source(path: &str) -> bool {
    let ends = [
        ".rs",
        ".go",
        ".ts",
        ".py",
        ".java",
        ".tf",
        ".xml",
        "Dockerfile",
    ];
    ends.iter().any(|end| path.ends_with(end))
}

/// A language's own judge of its format: a program, its arguments, and the files it judges.
const JUDGES: &[(&str, &[&str], &str)] = &[
    ("rustfmt", &["--check", "--edition", "2024"], ".rs"),
    ("gofmt", &["-l", "-e"], ".go"),
    ("terraform", &["fmt", "-check"], ".tf"),
    ("python3", &["-m", "py_compile"], ".py"),
    ("ruff", &["format", "--check"], ".py"),
];

#[test]
fn every_source_bears_the_licence_and_nothing_else_changes() -> io::Result<()> {
    let templates = Templates::embedded();
    for language in LANGUAGES
        .iter()
        .filter(|language| templates.of(language.name).is_some())
    {
        let (with, without) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let licensed = scaffold(language, Some("Apache-2.0 OR MIT"), with.path())?;
        let plain = scaffold(language, None, without.path())?;
        assert_eq!(licensed.len(), plain.len());
        // What cb-gen remembers names the licence as an option.
        let sources = licensed
            .iter()
            .filter(|(path, _)| !path.starts_with(".cb-gen/"));
        for (path, node) in sources {
            let (licensed, plain) = (text(node)?, text(&plain[path])?);
            let found = licensed
                .matches("SPDX-License-Identifier: Apache-2.0 OR MIT")
                .count();
            assert_eq!(found, usize::from(licensed != plain), "{path}");
            assert!(
                found == 1 || !is_source(path),
                "{}: {path} bears no licence",
                language.name
            );
            let lines = |text: &str| text.lines().filter(|line| !line.is_empty()).count();
            assert_eq!(lines(&licensed), lines(&plain) + found, "{path}");
            assert!(
                found == 0
                    || !(path.ends_with(".lua")
                        || path.ends_with(".lock")
                        || path.ends_with("-lock.json")
                        || path.ends_with(".sum")),
                "{path}"
            );
        }
        judged(&with.path().join("funds"), &licensed)?;
    }
    Ok(())
}

fn judged(folder: &Path, files: &Tree) -> io::Result<()> {
    // Formatters read their settings from the project.
    assert!(fs::exists(folder)?);
    for (program, arguments, ending) in JUDGES {
        let mut judge = Command::new(program);
        judge.args(*arguments).current_dir(folder);
        let judged: Vec<_> = files.keys().filter(|path| path.ends_with(ending)).collect();
        if judged.is_empty() {
            continue;
        }
        match judge.args(judged).output() {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout)
                    + String::from_utf8_lossy(&output.stderr);
                let listed = *program == "gofmt" && !output.stdout.is_empty();
                assert!(output.status.success() && !listed, "{program}: {said}");
            }
            Err(error) => {
                assert!(
                    std::env::var_os("CI").is_none_or(|value| value != "1") || *program == "ruff",
                    "{program}: {error}"
                );
                println!("SKIPPED: {program}: {error}");
            }
        }
    }
    Ok(())
}
