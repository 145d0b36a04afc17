//! What `cb-gen scaffold --service funds --lang go` writes is formatted, has no complaints from `go vet`, and passes its own tests.
//! It builds a whole service: that part runs when `CB_BUILD_GENERATED=1`, as `make test` does in a stage of its own.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[test]
fn a_fresh_scaffold_passes_its_own_tests() -> io::Result<()> {
    if std::env::var_os("CB_BUILD_GENERATED").is_none_or(|value| value != "1") {
        println!("left to the stage `generated` of `make test` (CB_BUILD_GENERATED=1)");
        return Ok(());
    }
    if Command::new("go").arg("version").output().is_err() {
        return skipped("no `go` on the PATH; install Go 1.22 or later from https://go.dev/dl");
    }
    let root = tempfile::tempdir()?;
    let written = scaffold(root.path(), "funds")?;
    assert!(
        written.status.success(),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
    let service = root.path().join("funds");
    let unformatted = Command::new("gofmt")
        .args(["-l", "."])
        .current_dir(&service)
        .output()?;
    let names = String::from_utf8_lossy(&unformatted.stdout);
    assert_eq!(names, "", "gofmt would change them");
    for arguments in [
        ["mod", "verify"],
        ["vet", "./..."],
        ["build", "./..."],
        ["test", "./..."],
    ] {
        go(&service, arguments)?;
    }
    Ok(())
}

/// A machine without the toolchain says so and goes on; with `CI` set it fails.
fn skipped(why: &str) -> io::Result<()> {
    println!("SKIPPED: {why}");
    match std::env::var_os("CI") {
        Some(_) => Err(io::Error::other("with CI set, nothing is skipped")),
        None => Ok(()),
    }
}

/// Runs the go command, its output passed through; versions and sums are those of the template: nothing may want to change them.
fn go(service: &Path, arguments: [&str; 2]) -> io::Result<()> {
    let mut go = Command::new("go");
    go.args(arguments).env("GOFLAGS", "-mod=readonly");
    let status = go.current_dir(service).stdin(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{go:?} failed: {status}")))
    }
}

#[test]
fn names_that_go_keeps_for_itself_are_refused_and_keywords_are_not() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    for name in ["log", "sync", "cmd", "vendor", "go", "breaker"] {
        let refused = scaffold(root.path(), name)?;
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            !refused.status.success() && why.contains(&format!("`{name}`")),
            "{name}: {why}"
        );
    }
    for name in ["select", "main", "type", "my-service-2"] {
        assert!(scaffold(root.path(), name)?.status.success(), "{name}");
    }
    Ok(())
}

fn scaffold(folder: &Path, name: &str) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_cb-gen"))
        .args(["scaffold", "--lang", "go", "--service", name])
        .current_dir(folder)
        .output()
}
