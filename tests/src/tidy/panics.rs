//! Rule: generated Rust code does not panic outside its tests. In our own crates clippy judges that, with types at hand; what it
//! never compiles as part of this workspace is read here, by name alone.

use super::source::Source;
use super::{Tree, Violation};

const METHODS: &[&str] = &["unwrap", "expect", "unwrap_err", "expect_err"];
const MACROS: &[&str] = &["panic", "todo", "unimplemented", "unreachable", "dbg"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    tree.rust()
        .iter()
        .filter(|source| source.is_generated() && !source.is_test())
        .flat_map(panics)
        .collect()
}

fn panics(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    for three in source.tokens.windows(3).filter(|three| !three[1].test) {
        let Some(word) = three[1].word() else {
            continue;
        };
        let method = three[0].is(".") && METHODS.contains(&word) && three[2].opens('(');
        let call = MACROS.contains(&word) && three[2].is("!");
        if method || call {
            let what = format!("generated code calls `{word}`");
            found.push(Violation::new(
                &source.path,
                three[1].line,
                what,
                "return an error; a service must not stop on it",
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
    fn panics_in_generated_code_are_caught() {
        let text = "fn a() {\n b.unwrap();\n c.expect(\"x\");\n panic!();\n d.unwrap_or(1);\n}\n#[cfg(test)]\nmod tests { fn a() { b.unwrap(); } }";
        let files = [
            ("codegen/templates/rust/src/a.rs.hbs", text),
            ("examples/stubs/rust/src/b.rs", "fn a() { todo!() }"),
            ("examples/stubs/rust/tests/c.rs", "fn a() { b.unwrap() }"),
            ("provider/src/d.rs", "fn a() { parser.expect(1) }"),
        ];
        let template = [2, 3, 4].map(|line| format!("codegen/templates/rust/src/a.rs.hbs:{line}"));
        assert_eq!(
            places(check, &files),
            [
                template.as_slice(),
                &["examples/stubs/rust/src/b.rs:1".to_owned()]
            ]
            .concat()
        );
    }
}
