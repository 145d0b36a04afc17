//! A scaffold that is built and verified by the real program, in a folder below the target folder that all generated code shares.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use codegen::lang::Language;
use serde_json::Value;

/// As `--store` takes them.
pub(crate) const STORES: [&str; 2] = ["memory", "redis"];

/// A scaffold on the disk.
pub(crate) struct Service {
    language: &'static Language,
    pub(crate) folder: PathBuf,
}

impl Service {
    /// A fresh scaffold; what stood in its folder before is gone. Always the same folder: cargo knows sources below its target folder by
    /// their path, and takes those of another folder for unchanged.
    pub(crate) fn scaffold(language: &'static Language) -> io::Result<Self> {
        let folder = shared().join("src/conformance").join(language.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let mut scaffold = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
        scaffold.args([
            "scaffold",
            "--service",
            "funds",
            "--lang",
            language.name,
            "--out",
        ]);
        succeed(scaffold.arg(&folder).stdout(Stdio::null()))?;
        let service = Self { language, folder };
        service.pin()?;
        Ok(service)
    }

    /// The versions that the golden was built with: a library released tomorrow must not change what is tested today.
    fn pin(&self) -> io::Result<()> {
        let lock = repository()
            .join("examples/stubs")
            .join(self.language.name)
            .join("Cargo.lock");
        if lock.exists() {
            fs::copy(lock, self.folder.join("Cargo.lock"))?;
        }
        Ok(())
    }

    /// Makes it ready to start, by the commands of its language.
    pub(crate) fn build(&self) -> io::Result<()> {
        for command in self.language.build {
            let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
            succeed(self.inside(program).args(arguments))?;
        }
        Ok(())
    }

    /// What `cb-gen verify` reports, with `more` arguments.
    pub(crate) fn verify(&self, store: &str, more: &[&str]) -> io::Result<Value> {
        let mut verify = self.inside(env!("CARGO_BIN_EXE_cb-gen"));
        verify.args(["verify", "--format", "json", "--strict", "--store", store]);
        verify.args(["--start", self.language.start]).args(more);
        let output = verify.stdin(Stdio::null()).output()?;
        serde_json::from_slice(&output.stdout).map_err(|error| {
            io::Error::other(format!(
                "{error}: {}",
                String::from_utf8_lossy(&output.stderr)
            ))
        })
    }

    /// The shell's command that starts it from wherever it is run.
    pub(crate) fn start(&self) -> String {
        let (folder, target) = (self.folder.display(), shared());
        let unset: Vec<_> = said_by_cargo().map(|name| format!("-u {name}")).collect();
        format!(
            "cd '{folder}' && CARGO_TARGET_DIR='{}' exec env {} {}",
            target.display(),
            unset.join(" "),
            self.language.start
        )
    }

    /// A command in its folder.
    fn inside(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", shared());
        for name in said_by_cargo() {
            command.env_remove(name);
        }
        command
    }
}

/// What cargo says of the test that runs, to be taken out of the environment: build scripts look at it, and would build anew.
fn said_by_cargo() -> impl Iterator<Item = String> {
    let names = std::env::vars().map(|(name, _)| name);
    names.filter(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn shared() -> PathBuf {
    std::env::var_os("CB_STUB_TARGET_DIR")
        .map_or_else(|| repository().join("target/generated"), PathBuf::from)
}

/// Runs a command, its output passed through: a first build takes minutes, and silence would look like a fault.
fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.stdin(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{command:?} failed: {status}")))
    }
}
