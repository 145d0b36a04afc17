//! The helpers that a template may call: those of Handlebars, and a few for names and strings. One table feeds the engine, the lint
//! and (by a test) the documentation.

use handlebars::{Handlebars, handlebars_helper};
use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

handlebars_helper!(snake: |text: str| text.to_snake_case());
handlebars_helper!(shout: |text: str| text.to_shouty_snake_case());
handlebars_helper!(camel: |text: str| text.to_lower_camel_case());
handlebars_helper!(pascal: |text: str| text.to_upper_camel_case());
handlebars_helper!(quote: |text: str, {lang: str = ""}| quoted(text, lang));

/// A helper as the lint sees it.
pub(super) struct Signature {
    pub(super) name: &'static str,
    /// How many arguments it takes at least, and at most.
    pub(super) arguments: (usize, usize),
    pub(super) kind: Kind,
}

/// Where a helper may stand, and what it does to `this`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In an expression.
    Inline,
    /// Around a block that sees what is around it.
    Block,
    /// Around a block whose `this` is the argument.
    With,
    /// Around a block whose `this` is an element of the argument.
    Each,
}

const fn row(name: &'static str, arguments: (usize, usize), kind: Kind) -> Signature {
    Signature {
        name,
        arguments,
        kind,
    }
}

/// Any number.
const MANY: usize = usize::MAX;

/// Every helper. `lookup` is not among them: what it reads cannot be checked before it is run.
pub(super) const HELPERS: &[Signature] = &[
    row("if", (1, 1), Kind::Block),
    row("unless", (1, 1), Kind::Block),
    row("with", (1, 1), Kind::With),
    row("each", (1, 1), Kind::Each),
    row("eq", (2, 2), Kind::Inline),
    row("ne", (2, 2), Kind::Inline),
    row("gt", (2, 2), Kind::Inline),
    row("gte", (2, 2), Kind::Inline),
    row("lt", (2, 2), Kind::Inline),
    row("lte", (2, 2), Kind::Inline),
    row("and", (2, MANY), Kind::Inline),
    row("or", (2, MANY), Kind::Inline),
    row("not", (1, 1), Kind::Inline),
    row("len", (1, 1), Kind::Inline),
    row("snake", (1, 1), Kind::Inline),
    row("shout", (1, 1), Kind::Inline),
    row("camel", (1, 1), Kind::Inline),
    row("pascal", (1, 1), Kind::Inline),
    row("quote", (1, 1), Kind::Inline),
];

pub(super) fn named(name: &str) -> Option<&'static Signature> {
    HELPERS.iter().find(|helper| helper.name == name)
}

pub(super) fn register(engine: &mut Handlebars<'_>) {
    engine.register_helper("snake", Box::new(snake));
    engine.register_helper("shout", Box::new(shout));
    engine.register_helper("camel", Box::new(camel));
    engine.register_helper("pascal", Box::new(pascal));
    engine.register_helper("quote", Box::new(quote));
}

/// A string literal with its quotes. Backslash, quote, newline and tab are spelled alike in Go, TypeScript, Python, Java, TOML and JSON,
/// and so is `\uXXXX`; two languages differ: `rust` (`\u{X}`) and `hcl` (`${` and `%{` begin a template).
fn quoted(text: &str, language: &str) -> String {
    let mut literal = String::from('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => literal += "\\\"",
            '\\' => literal += "\\\\",
            '\n' => literal += "\\n",
            '\r' => literal += "\\r",
            '\t' => literal += "\\t",
            '$' | '%' if language == "hcl" && rest.peek() == Some(&'{') => literal.extend([c, c]),
            c if c.is_control() && language == "rust" => {
                literal += &format!("\\u{{{:x}}}", u32::from(c));
            }
            c if c.is_control() => literal += &format!("\\u{:04x}", u32::from(c)),
            c => literal.push(c),
        }
    }
    literal + "\""
}
