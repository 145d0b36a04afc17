//! A scaffold on the disk, built for speed: what differs from a user's own build is a row here.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use codegen::lang::Language;

use crate::settings::{repository, shared};

/// The commands that build a language for production, and the shell's command that starts it then, where they are not those of
/// [`Language`].
const RELEASE: &[(&str, &[&[&str]], &str)] = &[
    (
        "rust",
        &[&["cargo", "build", "--release", "--locked"]],
        "exec \"$CARGO_TARGET_DIR/release/funds\"",
    ),
    (
        "typescript",
        &[&["npm", "ci", "--no-audit", "--no-fund"], &["npx", "tsc"]],
        "exec node dist/src/main.js",
    ),
];

/// A scaffold of the service `funds`.
pub(crate) struct Built {
    pub(crate) folder: PathBuf,
    start: &'static str,
}

impl Built {
    /// Writes and builds it; `more`: a file of `codegen/benches/guard`, and where in the scaffold it goes.
    pub(crate) fn new(language: &Language, more: Option<(&str, &str)>) -> io::Result<Self> {
        let folder = shared().join("src/bench").join(language.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let mut scaffold = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
        scaffold.args(["scaffold", "--service", "funds", "--lang", language.name]);
        succeed(scaffold.arg("--out").arg(&folder).stdout(Stdio::null()))?;
        let golden = repository().join("examples/stubs").join(language.name);
        if golden.join("Cargo.lock").exists() {
            fs::copy(golden.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        }
        if let Some((file, place)) = more {
            let place = folder.join(place);
            place.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::copy(repository().join("codegen/benches/guard").join(file), place)?;
        }
        let own = RELEASE.iter().find(|(name, ..)| *name == language.name);
        let (build, start) = own.map_or((language.build, language.start), |row| (row.1, row.2));
        let built = Self { folder, start };
        for words in build {
            succeed(&mut built.command(words)?)?;
        }
        Ok(built)
    }

    /// A command in its folder.
    pub(crate) fn command(&self, words: &[&str]) -> io::Result<Command> {
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        command.current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", shared());
        Ok(command)
    }

    /// The shell's command that starts an instance, from wherever it is run.
    pub(crate) fn start(&self) -> String {
        let (shared, folder) = (shared(), self.folder.display());
        let target = shared.display();
        format!(
            "export CARGO_TARGET_DIR='{target}'; cd '{folder}' && {}",
            self.start
        )
    }
}

/// Runs a command, its output passed through: a first build takes minutes, and silence would look like a fault.
fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{command:?} failed: {status}")))
    }
}
