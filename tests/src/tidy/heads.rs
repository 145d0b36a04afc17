//! Rule: every Rust file opens with a `//!` comment that says what lives in it.

use super::{Tree, Violation};

const REMEDY: &str = "say in its first line what lives here and what may not";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in tree.rust() {
        if let Some(error) = &source.error {
            found.push(Violation::new(
                &source.path,
                1,
                format!("the file does not lex: {error}"),
                "make it Rust",
            ));
        }
        let first = tree
            .text(&source.path)
            .and_then(|text| text.lines().next())
            .unwrap_or_default();
        if first
            .strip_prefix("//!")
            .is_none_or(|says| says.trim().is_empty())
        {
            found.push(Violation::new(
                &source.path,
                1,
                "the file does not open with a `//!` comment",
                REMEDY,
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    #[test]
    fn a_file_without_a_head_is_caught() {
        let files = [
            ("a/src/good.rs", "//! Good.\n"),
            ("a/src/empty.rs", ""),
            ("a/src/hollow.rs", "//!\n"),
            ("a/src/late.rs", "\n//! Late.\n"),
            ("a/src/broken.rs", "//! Broken.\nfn (\n"),
            ("codegen/templates/rust/src/t.rs.hbs", "use a;\n"),
        ];
        let bad = [
            "a/src/broken.rs:1",
            "a/src/empty.rs:1",
            "a/src/hollow.rs:1",
            "a/src/late.rs:1",
            "codegen/templates/rust/src/t.rs.hbs:1",
        ];
        assert_eq!(places(check, &files), bad);
    }
}
