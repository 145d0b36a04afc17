//! The real Rust template in and beside Cargo workspaces: cargo itself must take the result as what cb-gen said it is.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use codegen::disk::RealDisk;
use codegen::lang::DEFAULT;
use codegen::scaffold::{self, Request};
use codegen::templates::Templates;
use serde_json::Value;

/// Scaffolds `services/funds` below a root manifest and asks cargo which workspace it belongs to: the outer one?
fn joins(manifest: Option<&str>) -> io::Result<bool> {
    let root = tempfile::tempdir()?;
    let root = fs::canonicalize(root.path()).map(|path| (path, root))?;
    if let Some(manifest) = manifest {
        fs::write(root.0.join("Cargo.toml"), manifest)?;
    }
    let request = Request {
        service: "funds".to_owned(),
        language: Some(DEFAULT),
        out: Some("services/funds".into()),
        folder: root.0.clone(),
        licence: None,
        dry_run: false,
        force: false,
        adopt: false,
    };
    scaffold::run(&request, &Templates::embedded(), &mut RealDisk).map_err(io::Error::other)?;
    let package = root.0.join("services/funds");
    Ok(workspace_of(&package)? == root.0.display().to_string())
}

fn workspace_of(package: &Path) -> io::Result<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(package);
    let output = cargo.output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    Ok(metadata["workspace_root"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

#[test]
fn cargo_agrees_on_who_is_a_member() -> io::Result<()> {
    let member = "[workspace]\nresolver = \"3\"\nmembers = [\"services/*\"]\n";
    assert!(joins(Some(member))?);
    assert!(!joins(Some("[workspace]\nresolver = \"3\"\n"))?);
    assert!(!joins(Some(
        "[workspace]\nresolver = \"3\"\nexclude = [\"services\"]\n"
    ))?);
    assert!(!joins(None)?);
    Ok(())
}
