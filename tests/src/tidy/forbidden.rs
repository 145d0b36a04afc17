//! Rule: no `unsafe` and no ignored test anywhere, generated code and tests included.

use super::{Tree, Violation};

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in tree.rust() {
        for (i, token) in source.tokens.iter().enumerate() {
            if token.word() == Some("unsafe") {
                found.push(Violation::new(
                    &source.path,
                    token.line,
                    "`unsafe` is used",
                    "find a safe way, or a library that has one",
                ));
            }
            let attribute =
                token.is("#") && source.tokens.get(i + 1).is_some_and(|next| next.opens('['));
            let inside = &source.tokens[i..source.closing(i + 1).max(i)];
            if attribute && inside.iter().any(|token| token.word() == Some("ignore")) {
                let remedy = "let it run, gate it on a named environment variable that CI sets, or delete it";
                found.push(Violation::new(
                    &source.path,
                    token.line,
                    "a test is ignored",
                    remedy,
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

    #[test]
    fn unsafe_and_ignore_are_caught_wherever_they_stand() {
        let files = [
            ("a/src/a.rs", "fn a() {\n unsafe { b() }\n}"),
            ("a/tests/b.rs", "#[test]\n#[ignore]\nfn a() {}"),
            ("a/tests/c.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}"),
            ("a/tests/d.rs", "#[cfg_attr(x, ignore)]\nfn a() {}"),
            (
                "codegen/templates/rust/src/e.rs.hbs",
                "unsafe fn {{name}}() {}",
            ),
            (
                "a/src/good.rs",
                "// unsafe #[ignore]\nfn ignore() { let a = [ignore()]; b(\"unsafe\") }",
            ),
        ];
        let bad = [
            "a/src/a.rs:2",
            "a/tests/b.rs:2",
            "a/tests/c.rs:2",
            "a/tests/d.rs:1",
            "codegen/templates/rust/src/e.rs.hbs:1",
        ];
        assert_eq!(places(check, &files), bad);
    }
}
