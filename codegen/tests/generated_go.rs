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
        println!("SKIPPED: no `go` on the PATH; install Go 1.22 or later from https://go.dev/dl");
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
    let unformatted = Command::new("gofmt")
        .args(["-l", "."])
        .current_dir(&service)
        .output()?;
    assert_eq!(
        String::from_utf8_lossy(&unformatted.stdout),
        "",
        "gofmt -l names them"
    );
    for arguments in [
        ["mod", "verify"],
        ["vet", "./..."],
        ["build", "./..."],
        ["test", "./..."],
    ] {
        let mut go = Command::new("go");
        // The sums and versions are those of the template: nothing may want to change them.
        let status = go
            .args(arguments)
            .env("GOFLAGS", "-mod=readonly")
            .current_dir(&service)
            .stdin(Stdio::null())
            .status()?;
        assert!(status.success(), "{go:?} failed: {status}");
    }
    Ok(())
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
