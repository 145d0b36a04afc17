//! Rule: a file has at most 300 lines besides its tests, and a `main.rs` at most 30. Files that hold only tests may be longer.
//! The length of functions is clippy's to judge; the rule `lints` sees to it that clippy does.

use super::{Tree, Violation};

const FILE: usize = 300;
const MAIN: usize = 30;

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in tree.rust().iter().filter(|source| !source.is_test()) {
        let main = source.path.ends_with("/main.rs") || source.path.ends_with("/main.rs.hbs");
        let (limit, remedy) = if main {
            (MAIN, "move what it does into the library and call it")
        } else {
            (FILE, "split it into files of one idea each")
        };
        if source.product_lines > limit {
            let what = format!(
                "{} lines besides tests, where {limit} are allowed",
                source.product_lines
            );
            found.push(Violation::new(&source.path, limit + 1, what, remedy));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    #[test]
    fn long_files_are_caught_and_tests_do_not_count() {
        let lines = |n: usize| "//! x\n".repeat(n);
        let tests = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            lines(300),
            "fn a() {}\n".repeat(50)
        );
        let early = format!("#[cfg(test)]\nuse a;\n{}", lines(301));
        let files = [
            ("a/src/main.rs", lines(30)),
            ("b/src/main.rs", lines(31)),
            ("a/src/fits.rs", tests),
            ("a/src/long.rs", lines(301)),
            ("a/src/early.rs", early),
            ("a/tests/story.rs", lines(400)),
        ];
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        assert_eq!(
            places(check, &files),
            [
                "a/src/early.rs:301",
                "a/src/long.rs:301",
                "b/src/main.rs:31"
            ]
        );
    }
}
