//! Rule: the keyword of a callback line and the names of the message conditionals are spelled once, in `contract`; all other code
//! asks `contract` for them. The sandbox (a witness that shares nothing), tests, generated code and prose spell them freely.

use super::source::Kind;
use super::{Tree, Violation};

const NAMES: &[&str] = &[
    "circuit-breaker-callback",
    "is_alert",
    "is_alert_to_warning",
    "is_alert_recovery",
    "is_warning",
    "is_warning_recovery",
    "is_no_data",
    "is_no_data_recovery",
    "is_recovery",
    "is_unknown",
    "is_renotify",
];
const FREE: &[&str] = &["sandbox/", "tests/"];
const HOME: &str = "contract/src/";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut spelled: Vec<&str> = Vec::new();
    for source in tree.rust() {
        if source.is_generated() || FREE.iter().any(|prefix| source.path.starts_with(prefix)) {
            continue;
        }
        for token in source.tokens.iter().filter(|token| !token.test) {
            let Kind::Text(text) = &token.kind else {
                continue;
            };
            for name in NAMES.iter().filter(|name| names(text, name)) {
                let first = source.path.starts_with(HOME) && !spelled.contains(name);
                spelled.push(name);
                if !first {
                    let what = format!("`{name}` is spelled out");
                    found.push(Violation::new(
                        &source.path,
                        token.line,
                        what,
                        "take it from `contract`, where it is spelled once",
                    ));
                }
            }
        }
    }
    found
}

/// Whether the literal holds the name as a whole word.
fn names(literal: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    literal.match_indices(name).any(|(at, _)| {
        !literal[..at].ends_with(part) && !literal[at + name.len()..].starts_with(part)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    #[test]
    fn a_second_spelling_is_caught() {
        let files = [
            (
                "contract/src/a.rs",
                "const KEYWORD: &str = \"circuit-breaker-callback\";\nconst AGAIN: &str = \"circuit-breaker-callback: x\";",
            ),
            (
                "contract/src/b.rs",
                "const A: &str = \"is_alert\"; const B: &str = \"is_alert_recovery\";",
            ),
            (
                "provider/src/a.rs",
                "\nconst A: &str = \"{{#is_no_data}}\";",
            ),
        ];
        assert_eq!(
            places(check, &files),
            ["contract/src/a.rs:2", "provider/src/a.rs:2"]
        );
    }

    #[test]
    fn prose_tests_and_the_witness_are_free() {
        let files = [
            (
                "provider/src/a.rs",
                "/// circuit-breaker-callback\nfn is_alert() { b(\"is_alert_recoverys\"); }",
            ),
            (
                "provider/src/b.rs",
                "#[cfg(test)]\nmod tests { const A: &str = \"is_alert\"; }",
            ),
            ("provider/tests/c.rs", "const A: &str = \"is_alert\";"),
            ("sandbox/src/a.rs", "const A: &str = \"is_alert\";"),
            (
                "examples/stubs/rust/src/a.rs",
                "const A: &str = \"is_alert\";",
            ),
        ];
        assert_eq!(places(check, &files), [""; 0]);
    }
}
