//! What `cb-gen scaffold` writes in Rust is formatted, has no warnings, and passes its own tests, with each pair of values that two
//! options can have. Slow, because it builds whole services: it runs when `CB_BUILD_GENERATED=1`, as `make test` does in a stage of
//! its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What one scaffold is asked for.
struct Case {
    service: &'static str,
    licence: Option<&'static str>,
    /// Inside a Cargo workspace whose `members` match it.
    member: bool,
}

/// Three options of two values each: whichever two are picked, every pair of their values stands in one of these rows.
const PAIRS: &[Case] = &[
    Case {
        service: "funds",
        licence: None,
        member: false,
    },
    Case {
        service: "funds",
        licence: Some("Apache-2.0 OR MIT"),
        member: true,
    },
    Case {
        service: "my-service-2",
        licence: None,
        member: true,
    },
    Case {
        service: "my-service-2",
        licence: Some("Apache-2.0 OR MIT"),
        member: false,
    },
];

/// A workspace that builds its dependencies as a scaffold on its own does, so that they are built once.
const WORKSPACE: &str = r#"[workspace]
members = ["*"]
resolver = "3"

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false
"#;

#[test]
fn a_scaffold_of_each_pair_of_options_passes_its_own_tests() -> io::Result<()> {
    if std::env::var_os("CB_BUILD_GENERATED").is_none_or(|value| value != "1") {
        println!("left to the stage `generated` of `make test` (CB_BUILD_GENERATED=1)");
        return Ok(());
    }
    PAIRS.iter().try_for_each(passes)
}

#[test]
fn every_pair_of_values_has_a_row() {
    let values = |case: &Case| [case.service == "funds", case.licence.is_some(), case.member];
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let mut pairs: Vec<_> = PAIRS
            .iter()
            .map(values)
            .map(|v| (v[one], v[other]))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), 4, "options {one} and {other}: {pairs:?}");
    }
}

fn passes(case: &Case) -> io::Result<()> {
    let root = tempfile::tempdir()?;
    if case.member {
        fs::write(root.path().join("Cargo.toml"), WORKSPACE)?;
    }
    let mut scaffold = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
    scaffold.args(["scaffold", "--lang", "rust", "--service", case.service]);
    scaffold.args(case.licence.into_iter().flat_map(|id| ["--spdx", id]));
    run(scaffold.current_dir(root.path()))?;
    let service = root.path().join(case.service);
    let manifest = fs::read_to_string(service.join("Cargo.toml"))?;
    assert_eq!(manifest.contains("[workspace]"), !case.member);
    let home = if case.member { root.path() } else { &service };
    fs::write(home.join("Cargo.lock"), lock(case.service)?)?;
    run(cargo(&service).args(["fmt", "--check"]))?;
    let clippy = [
        "clippy",
        "--locked",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run(cargo(&service).args(clippy))?;
    run(cargo(&service).args(["test", "--locked"]))
}

/// The golden's lock file as cargo would write it for a service of another name: its packages stand in order.
fn lock(service: &str) -> io::Result<String> {
    let path = repository().join("examples/stubs/rust/Cargo.lock");
    let text = fs::read_to_string(&path).map_err(|error| {
        io::Error::other(format!(
            "{}: {error}; `make bless` writes it",
            path.display()
        ))
    })?;
    let text = text.replace("name = \"funds\"\n", &format!("name = \"{service}\"\n"));
    let mut packages: Vec<_> = text.trim_end().split("\n\n[[package]]\n").collect();
    let head = packages.remove(0);
    packages.sort_by_key(|package| package.lines().next());
    let packages: String = packages
        .iter()
        .map(|package| format!("\n\n[[package]]\n{package}"))
        .collect();
    Ok(format!("{head}{packages}\n"))
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
