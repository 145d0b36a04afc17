//! What `cb-gen scaffold --service funds --lang python` writes is formatted, has no complaints from `ruff`, and passes its own tests,
//! in an environment of its own. That part runs when `CB_BUILD_GENERATED=1`, as `make test` does in a stage of its own.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const RECENT: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

#[test]
fn a_fresh_scaffold_passes_its_own_tests() -> io::Result<()> {
    if std::env::var_os("CB_BUILD_GENERATED").is_none_or(|value| value != "1") {
        println!("left to the stage `generated` of `make test` (CB_BUILD_GENERATED=1)");
        return Ok(());
    }
    let python = Command::new("python3").args(["-c", RECENT]).output();
    if !python.is_ok_and(|output| output.status.success()) {
        println!(
            "SKIPPED: no `python3` of version 3.11 or later with venv; apt-get install python3-venv"
        );
        return match std::env::var_os("CI") {
            Some(_) => Err(io::Error::other("with CI set, nothing is skipped")),
            None => Ok(()),
        };
    }
    let root = tempfile::tempdir()?;
    let written = scaffold(root.path(), "funds")?;
    assert!(
        written.status.success(),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
    let service = root.path().join("funds");
    let own = |program: &str| format!(".venv/bin/{program}");
    for (program, arguments) in [
        ("python3".to_owned(), "-m venv .venv"),
        (own("pip"), "install --quiet -c constraints.txt -e .[dev]"),
        (own("ruff"), "format --check ."),
        (own("ruff"), "check ."),
        (own("pytest"), ""),
    ] {
        let mut command = Command::new(program);
        let status = command
            .args(arguments.split_whitespace())
            .current_dir(&service)
            .stdin(Stdio::null())
            .status()?;
        assert!(status.success(), "{command:?} failed: {status}");
    }
    Ok(())
}

#[test]
fn names_that_pip_would_confuse_are_refused_and_keywords_are_not() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    for name in ["fastapi", "redis", "pip", "pydantic-core"] {
        let refused = scaffold(root.path(), name)?;
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            !refused.status.success() && why.contains(&format!("try `--service {name}-service`")),
            "{name}: {why}"
        );
    }
    for name in ["class", "async", "service", "test", "my-service-2"] {
        assert!(scaffold(root.path(), name)?.status.success(), "{name}");
    }
    Ok(())
}

fn scaffold(folder: &Path, name: &str) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_cb-gen"))
        .args(["scaffold", "--lang", "python", "--service", name])
        .current_dir(folder)
        .output()
}
