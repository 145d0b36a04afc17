//! The programs that a language or a store needs. What is missing is skipped with a word; with `CI=1` it is a failure.

use std::process::Command;

/// Where each comes from.
const INSTALL: &[(&str, &str)] = &[
    ("go", "install Go 1.22 or later: https://go.dev/doc/install"),
    (
        "npm",
        "install Node 20.11 or later: https://nodejs.org/en/download",
    ),
    (
        "python3",
        "install Python 3.11 or later: https://www.python.org/downloads/",
    ),
    ("mvn", "apt-get install openjdk-17-jdk-headless maven"),
    ("redis-server", "apt-get install redis-server"),
];

/// Whether one of them is missing; says which, and how to get it. A path is what an earlier command makes.
pub(crate) fn missing(programs: impl IntoIterator<Item = &'static str>) -> bool {
    let lacks = |program: &&str| {
        !program.contains('/') && Command::new(program).arg("--version").output().is_err()
    };
    let Some(program) = programs.into_iter().find(lacks) else {
        return false;
    };
    let install = INSTALL
        .iter()
        .find(|(name, _)| *name == program)
        .map_or("install it", |(_, how)| how);
    assert!(
        std::env::var_os("CI").is_none_or(|value| value != "1"),
        "no {program} on this machine; {install}"
    );
    println!("SKIPPED: no {program} on this machine; {install}");
    true
}

#[test]
fn what_is_there_is_not_missing_and_what_is_made_later_is_not_looked_for() {
    assert!(!missing(["cargo", "./serve", ".venv/bin/pip"]));
}
