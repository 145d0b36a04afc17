//! The real program, started as a user starts it: that arguments, folder, streams and exit codes reach the library and come back.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::golden;
use crate::tree;

fn cb_gen(arguments: &[&str], folder: &Path) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_cb-gen"))
        .args(arguments)
        .current_dir(folder)
        .output()
}

#[test]
fn a_scaffold_in_an_empty_folder_is_the_golden() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    let output = cb_gen(&["scaffold", "--service", "funds"], root.path())?;
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("cd funds"));
    let golden = golden::without_own(tree::read(&golden::stub(codegen::lang::DEFAULT))?);
    let written = golden::without_memory(tree::read(&root.path().join("funds"))?);
    assert!(tree::bless() || written == golden);
    Ok(())
}

#[test]
fn errors_go_to_stderr_with_code_1_and_misuse_with_2() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    let output = cb_gen(&["scaffold", "--service", "Funds"], root.path())?;
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with("error: `Funds` cannot name a service")
    );
    let output = cb_gen(&["scaffold"], root.path())?;
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(tree::read(root.path())?.is_empty());
    Ok(())
}

#[test]
fn the_list_is_json_on_request_and_knows_what_is_built_in() -> io::Result<()> {
    for arguments in [["list", "--json"].as_slice(), &["list", "--format", "json"]] {
        let output = cb_gen(arguments, Path::new("."))?;
        let languages: Value = serde_json::from_slice(&output.stdout)?;
        assert_eq!(languages[0]["name"], "rust");
        assert_eq!(languages[0]["status"], "ready");
        assert_eq!(languages[0]["marker"], "Cargo.toml");
    }
    Ok(())
}

#[test]
fn version_and_help_are_answers_not_errors() -> io::Result<()> {
    let version = cb_gen(&["--version"], Path::new("."))?;
    assert_eq!(
        String::from_utf8_lossy(&version.stdout),
        concat!("cb-gen ", env!("CARGO_PKG_VERSION"), "\n")
    );
    for arguments in [["--help"].as_slice(), &["scaffold", "--help"]] {
        let help = cb_gen(arguments, Path::new("."))?;
        assert_eq!(help.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&help.stdout).contains("cb-gen scaffold --service funds"));
    }
    Ok(())
}
