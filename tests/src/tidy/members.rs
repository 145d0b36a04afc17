//! Rule: which of our crates may use which. The sandbox uses none, not even in its tests: a witness must not share the code it checks.

use super::{Tree, Violation, manifest};

/// A member, and the members its shipped code may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("contract", &[]),
    ("tfplugin", &[]),
    ("provider", &["contract", "tfplugin"]),
    ("dispatcher", &["contract"]),
    ("codegen", &["contract"]),
    ("sandbox", &[]),
];
const WITNESS: &str = "sandbox";
/// May use all, and no other crate may use it.
const TESTS: &str = "tests";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let members = manifest::members(tree);
    let mut found = Vec::new();
    for member in members.iter().filter(|member| *member != TESTS) {
        let path = format!("{member}/Cargo.toml");
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| name == member) else {
            let what = format!("`{member}` has no row in the table of crates");
            found.push(Violation::new(
                &path,
                1,
                what,
                "add the row to tests/src/tidy/members.rs and to docs/architecture.md",
            ));
            continue;
        };
        let tables = if member == WITNESS {
            manifest::ALL
        } else {
            manifest::SHIPPED
        };
        let text = tree.text(&path).unwrap_or_default();
        for name in manifest::dependencies(&manifest::read(tree, &path), tables) {
            if members.contains(&name) && !allowed.contains(&name.as_str()) {
                let what = format!("`{member}` uses `{name}`");
                found.push(Violation::new(
                    &path,
                    manifest::line_of(text, &name),
                    what,
                    "write what it needs in the crate itself",
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    fn with(path: &str, text: &str) -> Vec<String> {
        let root = "[workspace]\nmembers = [\"contract\", \"tfplugin\", \"provider\", \"sandbox\", \"tests\"]\n";
        places(check, &[("Cargo.toml", root), (path, text)])
    }

    #[test]
    fn forbidden_uses_are_caught() {
        assert_eq!(
            with(
                "sandbox/Cargo.toml",
                "[dependencies]\nserde = \"1\"\ncontract.workspace = true\n"
            ),
            ["sandbox/Cargo.toml:3"]
        );
        assert_eq!(
            with(
                "sandbox/Cargo.toml",
                "[dev-dependencies]\ncontract = { workspace = true }\n"
            ),
            ["sandbox/Cargo.toml:2"]
        );
        assert_eq!(
            with(
                "contract/Cargo.toml",
                "[dependencies]\ntests.workspace = true\n"
            ),
            ["contract/Cargo.toml:2"]
        );
        assert_eq!(
            with("Cargo.toml", "[workspace]\nmembers = [\"stray\"]\n"),
            ["stray/Cargo.toml:1"]
        );
    }

    #[test]
    fn allowed_uses_are_not() {
        assert_eq!(
            with(
                "provider/Cargo.toml",
                "[dependencies]\ncontract.workspace = true\n[dev-dependencies]\nsandbox.workspace = true\n"
            ),
            [""; 0]
        );
    }
}
