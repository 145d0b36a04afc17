//! What `cb-gen scaffold --service funds --lang typescript` writes is formatted, compiles strictly, and passes its own tests. Slow,
//! because it installs the packages: it runs when `CB_BUILD_GENERATED=1`. Without Node it is skipped; with `CI=1` that is a failure.

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// How to get what is missing.
const INSTALL: &str = "install Node 20.11 or later: https://nodejs.org/en/download";

#[test]
fn a_fresh_scaffold_passes_its_own_tests() -> io::Result<()> {
    if env::var_os("CB_BUILD_GENERATED").is_none_or(|value| value != "1") {
        println!("left to the stage `generated` of `make test` (CB_BUILD_GENERATED=1)");
        return Ok(());
    }
    if Command::new("npm").arg("--version").output().is_err() {
        assert!(
            env::var_os("CI").is_none_or(|value| value != "1"),
            "no npm on this machine; {INSTALL}"
        );
        println!("SKIPPED: no npm on this machine; {INSTALL}");
        return Ok(());
    }
    let root = tempfile::tempdir()?;
    run(&mut scaffold(root.path(), "funds"))?;
    let service = root.path().join("funds");
    run(npm(&service).args(["ci", "--no-audit", "--no-fund"]))?;
    run(npm(&service).args(["run", "lint"]))?;
    run(npm(&service).arg("test"))
}

#[test]
fn names_that_npm_refuses_are_refused_and_keywords_are_not() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    for (name, taken) in [
        ("http", false),
        ("redis", false),
        ("fastify", false),
        ("class", true),
        ("await", true),
        ("my-service-2", true),
    ] {
        let output = scaffold(root.path(), name).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), taken, "{name}: {said}");
        assert!(taken || said.contains(&format!("`{name}`")), "{said}");
    }
    Ok(())
}

fn scaffold(folder: &Path, name: &str) -> Command {
    let mut cb_gen = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
    cb_gen.args(["scaffold", "--lang", "typescript", "--service", name]);
    cb_gen.current_dir(folder);
    cb_gen
}

fn npm(service: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(service);
    npm
}

/// Runs a command, its output passed through: the packages take a while, and silence would look like a fault.
fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdin(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{command:?} failed: {status}")))
    }
}
