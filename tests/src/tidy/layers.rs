//! Rule: a module uses only modules declared below it in `lib.rs`, so that every crate reads from the top down and has no cycles.
//! Tests may reach up. Order inside a folder of modules is left to its author.

use std::collections::BTreeMap;

use super::source::{Source, Token};
use super::{Tree, Violation};

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let roots = tree.rust().iter().filter(|source| !source.is_generated());
    roots
        .filter_map(|lib| lib.path.strip_suffix("lib.rs").map(|folder| (lib, folder)))
        .flat_map(|(lib, folder)| crate_rule(tree, lib, folder))
        .collect()
}

fn crate_rule(tree: &Tree, lib: &Source, folder: &str) -> Vec<Violation> {
    let modules = declared(lib);
    let names = exported(lib, &modules);
    let mut found = Vec::new();
    for source in tree.rust() {
        let Some(inside) = source.path.strip_prefix(folder) else {
            continue;
        };
        let own = inside.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = modules.iter().position(|module| module == own) else {
            continue;
        };
        for (name, line) in used(source, depth(inside)) {
            let Some(other) = names
                .get(name.as_str())
                .copied()
                .filter(|other| *other < own)
            else {
                continue;
            };
            let what = format!(
                "`{}` uses `{}`, which `lib.rs` declares above it",
                modules[own], modules[other]
            );
            let remedy =
                "move what both need into a module below, or turn the two `mod` lines around";
            found.push(Violation::new(&source.path, line, what, remedy));
        }
    }
    found
}

/// The modules of a `lib.rs`, in order.
fn declared(lib: &Source) -> Vec<String> {
    let words = lib
        .tokens
        .windows(3)
        .filter(|w| w[0].word() == Some("mod") && w[2].is(";") && !w[0].test);
    words
        .filter_map(|w| w[1].word().map(str::to_owned))
        .collect()
}

/// Every name that stands for a module at the root of the crate: the modules, and what `lib.rs` re-exports from them.
fn exported<'a>(lib: &'a Source, modules: &'a [String]) -> BTreeMap<&'a str, usize> {
    let mut names: BTreeMap<_, _> = modules
        .iter()
        .enumerate()
        .map(|(i, module)| (module.as_str(), i))
        .collect();
    for (start, _) in lib
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.word() == Some("use"))
    {
        let statement: Vec<_> = lib.tokens[start + 1..]
            .iter()
            .take_while(|token| !token.is(";"))
            .collect();
        let path = statement
            .iter()
            .filter_map(|token| token.word())
            .find(|word| !["crate", "self"].contains(word));
        let Some(from) = path.and_then(|path| modules.iter().position(|module| module == path))
        else {
            continue;
        };
        for (i, token) in statement.iter().enumerate() {
            let leaf = statement
                .get(i + 1)
                .is_none_or(|next| !next.is("::") && next.word() != Some("as"));
            if let Some(word) = token
                .word()
                .filter(|word| leaf && !modules.iter().any(|module| module == word))
            {
                names.entry(word).or_insert(from);
            }
        }
    }
    names
}

/// How many `super`s lead from the file to the root of the crate.
fn depth(inside: &str) -> usize {
    inside
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .split('/')
        .count()
}

/// The first names of all paths from the root of the crate outside tests: `crate::a`, `crate::{a, b}`, `super::a`.
fn used(source: &Source, depth: usize) -> Vec<(String, usize)> {
    let mut names = Vec::new();
    let mut supers = 0;
    for (i, token) in source.tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        if !source.tokens.get(i + 1).is_some_and(|next| next.is("::")) {
            supers = 0;
            continue;
        }
        supers = if word == "super" { supers + 1 } else { 0 };
        if !token.test && (word == "crate" || supers == depth) {
            names.extend(heads(source, i + 2));
        }
    }
    names
}

/// The first word of a path, or of each path of a group.
fn heads(source: &Source, at: usize) -> Vec<(String, usize)> {
    let head = |token: &Token| token.word().map(|word| (word.to_owned(), token.line));
    let Some(first) = source.tokens.get(at) else {
        return Vec::new();
    };
    if !first.opens('{') {
        return head(first).into_iter().collect();
    }
    let mut heads = Vec::new();
    let mut i = at + 1;
    while i < source.closing(at) {
        let starts = source.tokens[i - 1].is(",") || i == at + 1;
        if starts {
            heads.extend(head(&source.tokens[i]));
        }
        i = if source.tokens[i].opens('{') {
            source.closing(i)
        } else {
            i
        } + 1;
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    const LIB: &str = "//! x\npub mod top;\nmod middle;\nmod base;\n#[cfg(test)]\nmod tests;\npub use middle::{Thing as Renamed, deep::Other};\n";

    fn with(path: &str, text: &str) -> Vec<String> {
        places(check, &[("a/src/lib.rs", LIB), (path, text)])
    }

    #[test]
    fn reaching_up_is_caught() {
        assert_eq!(
            with("a/src/middle.rs", "\nuse crate::top::X;"),
            ["a/src/middle.rs:2"]
        );
        assert_eq!(
            with("a/src/middle/x.rs", "use crate::{base::{Y, top}, top};"),
            ["a/src/middle/x.rs:1"]
        );
        assert_eq!(
            with("a/src/base.rs", "fn a() { crate::middle::b() }"),
            ["a/src/base.rs:1"]
        );
        assert_eq!(
            with("a/src/base.rs", "use super::top;"),
            ["a/src/base.rs:1"]
        );
        assert_eq!(
            with("a/src/base/b.rs", "use super::super::{middle};"),
            ["a/src/base/b.rs:1"]
        );
        assert_eq!(
            with("a/src/base.rs", "use crate::{Renamed, Other};"),
            ["a/src/base.rs:1", "a/src/base.rs:1"]
        );
    }

    #[test]
    fn reaching_down_or_across_is_fine() {
        assert_eq!(
            with(
                "a/src/top.rs",
                "use crate::{base, middle}; use crate::Renamed;"
            ),
            [""; 0]
        );
        assert_eq!(
            with(
                "a/src/middle/x.rs",
                "use crate::middle::y; use super::top; use crate::Unknown;"
            ),
            [""; 0]
        );
        assert_eq!(
            with(
                "a/src/base.rs",
                "// crate::top\n#[cfg(test)]\nmod tests { use crate::top; }"
            ),
            [""; 0]
        );
        assert_eq!(with("b/src/base.rs", "use crate::top;"), [""; 0]);
        assert_eq!(with("a/src/main.rs", "use crate::top;"), [""; 0]);
    }
}
