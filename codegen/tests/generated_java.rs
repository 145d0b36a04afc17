//! What `cb-gen scaffold --service funds --lang java` writes is formatted, compiles, and passes its own tests. Slow, because it fetches
//! the libraries: it runs when `CB_BUILD_GENERATED=1`. Without Maven it is skipped; with `CI=1` that is a failure.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to get what is missing.
const INSTALL: &str = "apt-get install openjdk-17-jdk-headless maven";

/// The last version of google-java-format that runs on Java 17.
const FORMATTER: &str = "google-java-format-1.28.0-all-deps.jar";
const FORMATTER_ARTIFACT: &str =
    "-Dartifact=com.google.googlejavaformat:google-java-format:1.28.0:jar:all-deps";

#[test]
fn a_fresh_scaffold_passes_its_own_tests() -> io::Result<()> {
    if env::var_os("CB_BUILD_GENERATED").is_none_or(|value| value != "1") {
        println!("left to the stage `generated` of `make test` (CB_BUILD_GENERATED=1)");
        return Ok(());
    }
    if Command::new("mvn").arg("--version").output().is_err() {
        assert!(
            env::var_os("CI").is_none_or(|value| value != "1"),
            "no mvn on this machine; {INSTALL}"
        );
        println!("SKIPPED: no mvn on this machine; {INSTALL}");
        return Ok(());
    }
    let root = tempfile::tempdir()?;
    run(&mut scaffold(root.path(), "funds"))?;
    let service = root.path().join("funds");
    run(mvn(&service).arg("package"))?;
    run(mvn(&service).args([
        "dependency:copy",
        FORMATTER_ARTIFACT,
        "-DoutputDirectory=target",
    ]))?;
    let sources = sources(&service.join("src"))?;
    assert!(sources.len() > 30, "{sources:?}");
    let mut format = Command::new("java");
    format
        .arg("-jar")
        .arg(service.join("target").join(FORMATTER));
    // It prints the names of those that it would change.
    run(format
        .args(["--dry-run", "--set-exit-if-changed"])
        .args(sources))
}

fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "java")
        {
            found.push(path);
        }
    }
    Ok(found)
}

#[test]
fn keywords_and_names_of_packages_are_taken_since_the_name_stands_in_no_source() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    for name in [
        "class",
        "public",
        "java",
        "breaker",
        "service",
        "my-service-2",
    ] {
        let output = scaffold(root.path(), name).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name}: {said}");
        for source in sources(&root.path().join(name).join("src"))? {
            let text = std::fs::read_to_string(&source)?;
            assert!(!text.contains("my-service-2"), "{}", source.display());
        }
    }
    Ok(())
}

fn scaffold(folder: &Path, name: &str) -> Command {
    let mut cb_gen = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
    cb_gen.args(["scaffold", "--lang", "java", "--service", name]);
    cb_gen.current_dir(folder);
    cb_gen
}

fn mvn(service: &Path) -> Command {
    let mut mvn = Command::new("mvn");
    mvn.args(["-q", "-B"]).current_dir(service);
    mvn
}

/// Runs a command, its output passed through: the libraries take a while, and silence would look like a fault.
fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdin(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{command:?} failed: {status}")))
    }
}
