//! One Rust file as a flat list of tokens with their lines: comments are gone, doc comments too, and each token knows whether it
//! belongs to a test. Names are not resolved and nothing is expanded; rules work on what is written.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// What a token is, as far as a rule cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    /// A string literal of any sort, as written, quotes included.
    Text(String),
    /// `::`, or one punctuation character.
    Mark(&'static str),
    Open(char),
    Close(char),
    Other,
}

/// A token and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
    /// Inside an item behind `#[cfg(test)]` or `#[test]`, or in a file that holds only tests.
    pub(super) test: bool,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self.kind, Kind::Mark(m) if m == mark)
    }

    pub(super) fn opens(&self, with: char) -> bool {
        self.kind == Kind::Open(with)
    }
}

/// A lexed file.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) tokens: Vec<Token>,
    /// How many lines belong to no test item.
    pub(super) product_lines: usize,
    /// Why the file could not be lexed.
    pub(super) error: Option<String>,
}

impl Source {
    pub(super) fn lex(path: &str, text: &str) -> Self {
        let lines = text.lines().count();
        let mut lexer = Lexer {
            tokens: Vec::new(),
            tests: Vec::new(),
        };
        let text = if path.ends_with(".hbs") {
            without_tags(text)
        } else {
            text.to_owned()
        };
        let error = match text.parse::<TokenStream>() {
            Ok(stream) => {
                lexer.level(stream, is_test_file(path));
                None
            }
            Err(error) => Some(error.to_string()),
        };
        let tests: usize = lexer
            .tests
            .iter()
            .map(|range| range.end() - range.start() + 1)
            .sum();
        Self {
            path: path.to_owned(),
            tokens: lexer.tokens,
            product_lines: lines.saturating_sub(tests),
            error,
        }
    }

    /// Whether the file holds only tests: an integration test, a bench, or a `tests.rs`.
    pub(super) fn is_test(&self) -> bool {
        is_test_file(&self.path)
    }

    /// Whether the file is (a template of) generated code.
    pub(super) fn is_generated(&self) -> bool {
        self.path.starts_with("codegen/templates/") || self.path.starts_with("examples/")
    }

    /// The index of the token that closes the group opened at `open`.
    pub(super) fn closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for (i, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return i;
            }
        }
        self.tokens.len().saturating_sub(1)
    }
}

fn is_test_file(path: &str) -> bool {
    let mut parts = path.split('/').skip(1).collect::<Vec<_>>();
    let name = parts.pop().unwrap_or(path);
    name == "tests.rs"
        || parts
            .iter()
            .any(|part| *part == "tests" || *part == "benches")
}

/// Puts `_` where a handlebars tag stands, so that what is left lexes as Rust with its lines unmoved.
fn without_tags(text: &str) -> String {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    while let Some((before, tag)) = rest.split_once("{{") {
        let (tag, after) = tag.split_once("}}").unwrap_or((tag, ""));
        out.push_str(before);
        out.push('_');
        out.extend(tag.matches('\n'));
        rest = after.strip_prefix('}').unwrap_or(after);
    }
    out + rest
}

struct Lexer {
    tokens: Vec<Token>,
    tests: Vec<RangeInclusive<usize>>,
}

impl Lexer {
    /// Adds the tokens of one nesting level; `test` says whether all of it is test code already.
    fn level(&mut self, stream: TokenStream, mut test: bool) {
        let mut outer = test;
        let mut start = 0;
        let mut trees = stream.into_iter().peekable();
        while let Some(tree) = trees.next() {
            let (first, last) = (tree.span().start().line, tree.span().end().line);
            match tree {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    let inner = trees
                        .next_if(|next| matches!(next, TokenTree::Punct(p) if p.as_char() == '!'))
                        .is_some();
                    let attribute = trees.next_if(|next| is_group(next, Delimiter::Bracket));
                    let Some(TokenTree::Group(attribute)) = attribute else {
                        continue;
                    };
                    if marks_test(&attribute) && !test {
                        (test, start, outer) = (true, first, inner);
                    }
                    self.attribute(inner, &attribute, test);
                }
                TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == Spacing::Joint => {
                    let path = trees
                        .next_if(|next| matches!(next, TokenTree::Punct(p) if p.as_char() == ':'));
                    self.push(path.map_or(Kind::Other, |_| Kind::Mark("::")), first, test);
                }
                tree => {
                    let ends = is_group(&tree, Delimiter::Brace)
                        || matches!(&tree, TokenTree::Punct(p) if p.as_char() == ';');
                    self.tree(tree, test);
                    if ends && test && !outer {
                        self.tests.push(start..=last);
                        test = outer;
                    }
                }
            }
        }
    }

    fn attribute(&mut self, inner: bool, attribute: &Group, test: bool) {
        if matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
        {
            return;
        }
        let line = attribute.span_open().start().line;
        self.push(Kind::Mark("#"), line, test);
        if inner {
            self.push(Kind::Mark("!"), line, test);
        }
        self.tree(TokenTree::Group(attribute.clone()), test);
    }

    fn tree(&mut self, tree: TokenTree, test: bool) {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Ident(word) => self.push(Kind::Word(word.to_string()), line, test),
            TokenTree::Punct(p) => self.push(mark(p.as_char()), line, test),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let kind = if text.ends_with(['"', '#']) {
                    Kind::Text(text)
                } else {
                    Kind::Other
                };
                self.push(kind, line, test);
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::None => (' ', ' '),
                };
                self.push(Kind::Open(open), line, test);
                self.level(group.stream(), test);
                self.push(Kind::Close(close), group.span_close().start().line, test);
            }
        }
    }

    fn push(&mut self, kind: Kind, line: usize, test: bool) {
        self.tokens.push(Token { kind, line, test });
    }
}

fn mark(c: char) -> Kind {
    const MARKS: &[(char, &str)] = &[
        ('.', "."),
        (',', ","),
        (';', ";"),
        ('!', "!"),
        ('#', "#"),
        ('=', "="),
        ('*', "*"),
    ];
    MARKS
        .iter()
        .find(|(known, _)| *known == c)
        .map_or(Kind::Other, |(_, text)| Kind::Mark(text))
}

fn is_group(tree: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// `#[test]`, `#[x::test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`; not `#[cfg(not(test))]`.
fn marks_test(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    let path = text.split('(').next().unwrap_or_default();
    let conditional = text.starts_with("cfg(") && !text.contains("not(test)");
    path == "test"
        || path.ends_with("::test")
        || (conditional && text.split(['(', ')', ',']).any(|part| part == "test"))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Source};

    fn words(source: &Source, test: bool) -> Vec<&str> {
        source
            .tokens
            .iter()
            .filter(|t| t.test == test)
            .filter_map(|t| t.word())
            .collect()
    }

    #[test]
    fn comments_are_dropped_and_strings_kept() {
        let source = Source::lex(
            "a/src/x.rs",
            "//! unsafe\n/// unsafe\n// unsafe\nconst A: &str = r#\"unsafe\"#; /* unsafe */\n",
        );
        assert_eq!(words(&source, false), ["const", "A", "str"]);
        assert!(
            source
                .tokens
                .iter()
                .any(|t| t.kind == Kind::Text("r#\"unsafe\"#".into()) && t.line == 4)
        );
    }

    #[test]
    fn test_items_end_where_they_end() {
        let text = "fn a() {}\n#[cfg(test)]\nuse b;\nfn c() {}\n#[cfg(test)]\nmod tests {\n fn d() {}\n}\n#[tokio::test]\nasync fn e() {}\n#[cfg(not(test))]\nfn f() {}\n";
        let source = Source::lex("a/src/x.rs", text);
        assert_eq!(
            words(&source, false).join(" "),
            "fn a fn c cfg not test fn f"
        );
        assert_eq!(source.product_lines, 4);
    }

    #[test]
    fn an_inner_attribute_makes_the_whole_file_a_test() {
        let source = Source::lex("a/src/x.rs", "#![cfg(test)]\nfn a() {}\n");
        assert!(
            source
                .tokens
                .iter()
                .take_while(|t| t.word() != Some("a"))
                .all(|t| t.test)
        );
    }

    #[test]
    fn handlebars_tags_leave_lines_where_they_are() {
        let source = Source::lex(
            "a/x.rs.hbs",
            "{{#if a}}\nfn {{name}}() {\n  {{> b\n c}}\n}\n{{/if}}\nfn z() {}\n",
        );
        assert_eq!(source.error, None);
        assert_eq!(
            source
                .tokens
                .iter()
                .find(|t| t.word() == Some("z"))
                .map(|t| t.line),
            Some(7)
        );
    }

    #[test]
    fn a_file_that_does_not_lex_says_so() {
        assert!(Source::lex("a/src/x.rs", "fn a( {").error.is_some());
    }
}
