//! What `cb-gen scaffold --service funds` writes is formatted, has no warnings, and passes its own tests. Slow, because it builds a
//! whole service: it runs when `CB_BUILD_GENERATED=1`, as `make test` does in a stage of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn a_fresh_scaffold_passes_its_own_tests() -> io::Result<()> {
    if std::env::var_os("CB_BUILD_GENERATED").is_none_or(|value| value != "1") {
        println!("left to the stage `generated` of `make test` (CB_BUILD_GENERATED=1)");
        return Ok(());
    }
    let root = tempfile::tempdir()?;
    run(Command::new(env!("CARGO_BIN_EXE_cb-gen"))
        .args(["scaffold", "--service", "funds"])
        .current_dir(root.path()))?;
    let service = root.path().join("funds");
    let lock = repository().join("examples/stubs/rust/Cargo.lock");
    fs::copy(&lock, service.join("Cargo.lock")).map_err(|error| {
        io::Error::other(format!(
            "{}: {error}; `make bless` writes it",
            lock.display()
        ))
    })?;
    run(cargo(&service).args(["fmt", "--check"]))?;
    run(cargo(&service).args([
        "clippy",
        "--locked",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    run(cargo(&service).args(["test", "--locked"]))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Cargo in the service's folder, with the target folder that all generated Rust shares.
fn cargo(service: &Path) -> Command {
    let shared = std::env::var_os("CB_STUB_TARGET_DIR")
        .map_or_else(|| repository().join("target/generated"), PathBuf::from);
    let mut cargo = Command::new("cargo");
    cargo.current_dir(service).env("CARGO_TARGET_DIR", shared);
    cargo
}

/// Runs a command, its output passed through: the first build takes minutes, and silence would look like a fault.
fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdin(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{command:?} failed: {status}")))
    }
}
