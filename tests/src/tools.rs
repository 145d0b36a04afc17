//! Where the built programs and the sources are, and what to do when a tool is missing.

use anyhow::{Context, bail};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder that holds the programs of this build (`target/debug` or `target/release`).
fn programs() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("where this program lies")?;
    let folder = own.ancestors().find(|path| path.join("deps").is_dir());
    Ok(folder
        .context("no `deps` folder above this program: run it through cargo")?
        .to_owned())
}

/// The path of the workspace's program `name`.
///
/// # Errors
/// When it is not built yet, with the command that builds it.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = programs()?.join(name);
    if !path.is_file() {
        bail!("`{name}` is not built: run `cargo build --workspace`");
    }
    Ok(path)
}

/// The one target folder of all generated Rust: its dependencies are compiled once.
///
/// # Errors
/// When this program was not started through cargo.
pub fn generated_target() -> anyhow::Result<PathBuf> {
    let folder = programs()?;
    Ok(folder.parent().unwrap_or(&folder).join("generated"))
}

/// Whether `name` is a program on the `PATH`.
#[must_use]
pub fn on_path(name: &str) -> bool {
    find(name).is_ok()
}

/// Where on the `PATH` the program `name` is.
///
/// # Errors
/// When it is nowhere.
pub fn find(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).map(|folder| folder.join(name));
    let mut programs = places.filter(|place| place.is_file());
    programs
        .next()
        .with_context(|| format!("`{name}` is not on the PATH: install it"))
}

/// Says that something is left out, and the line that installs what it needs. The text goes past the
/// test runner's capture, so that a reader sees it.
///
/// # Panics
/// With `CI` set: there, leaving out is failing.
#[allow(
    clippy::panic,
    reason = "a skip on CI must fail the test that asked for it"
)]
pub fn skip(what: &str, reason: &str, install: &str) {
    let line = format!("SKIPPED {what}: {reason}; to run it: {install}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if std::env::var_os("CI").is_some() {
        panic!("{line}");
    }
}
