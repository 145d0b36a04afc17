//! The command line, case by case. A case is a folder in `tests/cases`: `cmd` (a command a line, run one after the other), `before/`
//! (the current directory, absent = empty), and what is expected: `stdout`, `stderr`, `code` (absent = 0) and `after/` (absent: as
//! before). `CB_BLESS=1` writes the expectations. Absolute paths of the run read `[ROOT]`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use codegen::cli::{self, Terminal, World};
use codegen::disk::RealDisk;

use crate::tree::{self, Node, Tree};

/// What a case did, or should have done.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    stdout: String,
    stderr: String,
    code: u8,
    after: Tree,
}

#[test]
fn every_case_does_what_it_says() -> io::Result<()> {
    let mut cases: Vec<_> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
    cases.sort();
    assert!(cases.len() > 10, "the cases were not found");
    let mut failures = String::new();
    for case in cases {
        let before = tree::read(&case.join("before"))?;
        let found = run(&case, &before)?;
        if tree::bless() {
            record(&case, &before, &found)?;
        } else {
            let expected = expected(&case, before)?;
            if found != expected {
                failures += &format!(
                    "\n{}\nexpected {expected:#?}\nfound {found:#?}\n",
                    case.display()
                );
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{failures}\nif all of it is right: CB_BLESS=1"
    );
    Ok(())
}

fn run(case: &Path, before: &Tree) -> io::Result<Outcome> {
    let root = tempfile::tempdir()?;
    let folder = fs::canonicalize(root.path())?;
    tree::write(before, &folder)?;
    let (mut stdout, mut stderr, mut code) = (Vec::new(), Vec::new(), 0);
    for command in fs::read_to_string(case.join("cmd"))?.lines() {
        let world = World {
            folder: folder.clone(),
            templates: &tree::templates()?,
            disk: &mut RealDisk,
            stdout: &mut stdout,
            stderr: &mut stderr,
            answers: None,
            terminal: Terminal::default(),
        };
        code = cli::run(command.split_whitespace().map(OsString::from), world);
    }
    let text = |bytes: Vec<u8>| {
        String::from_utf8_lossy(&bytes).replace(&folder.display().to_string(), "[ROOT]")
    };
    let after = tree::read(&folder)?.into_iter();
    Ok(Outcome {
        stdout: text(stdout),
        stderr: text(stderr),
        code,
        after: after.map(without_version).collect(),
    })
}

/// A manifest names the version of cb-gen: `[VERSION]` in the expectations.
fn without_version((path, node): (String, Node)) -> (String, Node) {
    let node = match node {
        Node::File(content) if path.ends_with(".cb-gen/manifest.json") => {
            let text = String::from_utf8_lossy(&content);
            let own = concat!("\"cb_gen\": \"", env!("CARGO_PKG_VERSION"), "\"");
            Node::File(text.replace(own, "\"cb_gen\": \"[VERSION]\"").into_bytes())
        }
        node => node,
    };
    (path, node)
}

fn expected(case: &Path, before: Tree) -> io::Result<Outcome> {
    let text = |name| fs::read_to_string(case.join(name)).unwrap_or_default();
    let after = case.join("after");
    Ok(Outcome {
        stdout: text("stdout"),
        stderr: text("stderr"),
        code: text("code").trim().parse().unwrap_or_default(),
        after: if after.exists() {
            tree::read(&after)?
        } else {
            before
        },
    })
}

fn record(case: &Path, before: &Tree, found: &Outcome) -> io::Result<()> {
    let code = if found.code == 0 {
        String::new()
    } else {
        format!("{}\n", found.code)
    };
    for (name, text) in [
        ("stdout", &found.stdout),
        ("stderr", &found.stderr),
        ("code", &code),
    ] {
        write_or_remove(case.join(name), text)?;
    }
    let after = case.join("after");
    if after.exists() {
        fs::remove_dir_all(&after)?;
    }
    if found.after == *before {
        Ok(())
    } else {
        tree::write(&found.after, &after)
    }
}

fn write_or_remove(path: PathBuf, text: &str) -> io::Result<()> {
    if !text.is_empty() {
        return fs::write(path, text);
    }
    if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    }
}
