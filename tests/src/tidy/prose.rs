//! Rule: what the written parts of the project promise. The map stays short, the README names the two commands a newcomer needs,
//! and no file names a path of the machine it was written on.

use super::{Tree, Violation};

const MAP: &str = "docs/architecture.md";
const MAP_LINES: usize = 150;
const README: &str = "README.md";
const COMMANDS: &[&str] = &["make demo", "make test"];
const PRIVATE: &[&str] = &["/work/", "/root/", "/tmp/target"];
/// This file and its tests spell the private paths.
const SELF: &str = "tests/src/tidy/prose.rs";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    [map(tree), readme(tree), private_paths(tree)].concat()
}

fn map(tree: &Tree) -> Vec<Violation> {
    let lines = tree.text(MAP).map_or(0, |text| text.lines().count());
    let what = format!("{lines} lines, where {MAP_LINES} are allowed");
    if lines > MAP_LINES {
        vec![Violation::new(
            MAP,
            MAP_LINES + 1,
            what,
            "move the detail to a guide or an ADR",
        )]
    } else {
        Vec::new()
    }
}

/// README and map come together: from the day there is one of them, the other is missed.
fn readme(tree: &Tree) -> Vec<Violation> {
    if tree.text(README).is_none() && tree.text(MAP).is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let text = tree.text(README).unwrap_or_default();
    for command in COMMANDS.iter().filter(|command| !text.contains(*command)) {
        found.push(Violation::new(
            README,
            1,
            format!("`{command}` is not named"),
            "say how a newcomer tries and tests the project",
        ));
    }
    if tree.text(MAP).is_none() {
        found.push(Violation::new(
            MAP,
            1,
            "there is no map of the project",
            "write it",
        ));
    }
    found
}

fn private_paths(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| *path != SELF) {
        for (i, line) in text.lines().enumerate() {
            for private in PRIVATE.iter().filter(|private| names(line, private)) {
                let what = format!("`{private}` is a path of one machine");
                found.push(Violation::new(
                    path,
                    i + 1,
                    what,
                    "use a relative path, a variable or a temporary folder",
                ));
            }
        }
    }
    found
}

/// Whether the path stands at the start of a word: the end of a URL may look the same.
fn names(line: &str, path: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}');
    line.match_indices(path)
        .any(|(at, _)| !line[..at].ends_with(part))
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    #[test]
    fn broken_promises_are_caught() {
        let long = "x\n".repeat(151);
        let files = [
            ("README.md", "make demo make test"),
            ("docs/architecture.md", &long),
        ];
        assert_eq!(places(check, &files), ["docs/architecture.md:151"]);
        assert_eq!(
            places(check, &[("docs/architecture.md", "")]),
            ["README.md:1", "README.md:1"]
        );
        let files = [("README.md", "make demo")];
        assert_eq!(
            places(check, &files),
            ["README.md:1", "docs/architecture.md:1"]
        );
        assert_eq!(
            places(check, &[("docs/a.md", "x\nsee `/work/a`")]),
            ["docs/a.md:2"]
        );
        assert_eq!(
            places(check, &[("Makefile.inc", "T=/tmp/target")]),
            ["Makefile.inc:1"]
        );
    }

    #[test]
    fn kept_promises_are_not() {
        let files = [
            ("README.md", "`make demo`, `make test`"),
            ("docs/architecture.md", "short, https://x.example/work/a"),
        ];
        assert_eq!(places(check, &files), [""; 0]);
    }
}
