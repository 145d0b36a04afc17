//! Rule: the names of certain libraries stay in the files that wrap them. Tests and generated code may use what they like.

use glob::Pattern;

use super::source::Source;
use super::{Tree, Violation, manifest};

/// A library and the only files (glob patterns) that may name it.
struct Foreign {
    name: &'static str,
    homes: &'static [&'static str],
}

const FOREIGN: &[Foreign] = &[
    Foreign {
        name: "tonic",
        homes: &["tfplugin/**"],
    },
    Foreign {
        name: "tonic_prost",
        homes: &["tfplugin/**"],
    },
    Foreign {
        name: "tonic_prost_build",
        homes: &["tfplugin/**"],
    },
    Foreign {
        name: "prost",
        homes: &["tfplugin/**"],
    },
    Foreign {
        name: "prost_types",
        homes: &["tfplugin/**"],
    },
    Foreign {
        name: "protox",
        homes: &["tfplugin/**"],
    },
    Foreign {
        name: "reqwest",
        homes: &[
            "provider/src/datadog/**",
            "codegen/src/verify/client.rs",
            "tests/**",
        ],
    },
    Foreign {
        name: "handlebars",
        homes: &["codegen/src/template/*.rs", "sandbox/**"],
    },
    Foreign {
        name: "lambda_runtime",
        homes: &["dispatcher/src/main.rs"],
    },
    Foreign {
        name: "anyhow",
        homes: &["**/src/main.rs", "**/src/bin/*.rs", "tests/**"],
    },
];

impl Foreign {
    fn is_home(&self, path: &str) -> bool {
        let matches = |home: &str| Pattern::new(home).is_ok_and(|home| home.matches(path));
        self.homes.iter().any(|home| matches(home))
    }

    fn has_home_in(&self, member: &str) -> bool {
        let first = |home: &str| {
            home.split('/')
                .next()
                .is_some_and(|at| at == "**" || at == member)
        };
        self.homes.iter().any(|home| first(home))
    }
}

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in tree.rust().iter().filter(|source| !source.is_generated()) {
        for foreign in FOREIGN
            .iter()
            .filter(|foreign| !foreign.is_home(&source.path))
        {
            found.extend(
                lines(source, foreign.name)
                    .into_iter()
                    .map(|line| violation(foreign, &source.path, line)),
            );
        }
    }
    for member in manifest::members(tree) {
        let path = format!("{member}/Cargo.toml");
        let names = manifest::dependencies(&manifest::read(tree, &path), manifest::SHIPPED);
        let text = tree.text(&path).unwrap_or_default();
        for foreign in FOREIGN
            .iter()
            .filter(|foreign| !foreign.has_home_in(&member))
        {
            let named = names
                .iter()
                .filter(|name| name.replace('-', "_") == foreign.name);
            found
                .extend(named.map(|name| violation(foreign, &path, manifest::line_of(text, name))));
        }
    }
    found
}

fn violation(foreign: &Foreign, path: &str, line: usize) -> Violation {
    let remedy = format!(
        "keep it in {} and offer what is needed under a name of our own",
        foreign.homes.join(", ")
    );
    Violation::new(
        path,
        line,
        format!("`{}` is named away from home", foreign.name),
        remedy,
    )
}

/// The lines outside tests that name the library: at the start of a path, or alone after `use` or `extern crate`.
fn lines(source: &Source, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for (i, token) in source
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.word() == Some(name) && !token.test)
    {
        let before = i
            .checked_sub(1)
            .and_then(|before| source.tokens.get(before));
        let path =
            source.tokens.get(i + 1).is_some_and(|next| next.is("::")) && !inside_a_path(source, i);
        let import = before
            .and_then(|before| before.word())
            .is_some_and(|word| ["use", "crate"].contains(&word));
        if path || import {
            lines.push(token.line);
        }
    }
    lines
}

/// `crate::reqwest::x` is ours; `::reqwest::x` is not.
fn inside_a_path(source: &Source, i: usize) -> bool {
    i >= 2
        && source.tokens[i - 1].is("::")
        && source.tokens[i - 2]
            .word()
            .is_some_and(|word| word != "use")
}

#[cfg(test)]
mod tests {
    use super::super::testing::places;
    use super::check;

    const ROOT: &str = "[workspace]\nmembers = [\"provider\", \"dispatcher\"]\n";

    fn with(path: &str, text: &str) -> Vec<String> {
        places(check, &[("Cargo.toml", ROOT), (path, text)])
    }

    #[test]
    fn strangers_are_caught() {
        assert_eq!(
            with("provider/src/monitor/a.rs", "\nuse reqwest::Client;"),
            ["provider/src/monitor/a.rs:2"]
        );
        assert_eq!(
            with("provider/src/a.rs", "fn a() { ::prost::b(); }"),
            ["provider/src/a.rs:1"]
        );
        assert_eq!(
            with("dispatcher/src/handle.rs", "use lambda_runtime;"),
            ["dispatcher/src/handle.rs:1"]
        );
        assert_eq!(
            with("codegen/src/a.rs", "use ::anyhow::Result;"),
            ["codegen/src/a.rs:1"]
        );
        assert_eq!(
            with("dispatcher/Cargo.toml", "[dependencies]\nreqwest = \"0\"\n"),
            ["dispatcher/Cargo.toml:2"]
        );
        assert_eq!(
            with(
                "provider/Cargo.toml",
                "[target.'cfg(unix)'.dependencies]\ntonic-prost.workspace = true\n"
            ),
            ["provider/Cargo.toml:2"]
        );
    }

    #[test]
    fn the_table_holds_patterns() {
        for home in super::FOREIGN.iter().flat_map(|foreign| foreign.homes) {
            assert!(glob::Pattern::new(home).is_ok(), "{home}");
        }
    }

    #[test]
    fn residents_are_not() {
        assert_eq!(
            with("dispatcher/src/bin/x.rs", "use anyhow::Context;"),
            [""; 0]
        );
        assert_eq!(
            with("provider/src/datadog/client.rs", "use reqwest::Client;"),
            [""; 0]
        );
        assert_eq!(
            with(
                "dispatcher/src/main.rs",
                "use anyhow::Context; use lambda_runtime::run;"
            ),
            [""; 0]
        );
        assert_eq!(
            with(
                "provider/src/a.rs",
                "// reqwest::x\nuse crate::prost::b; const A: &str = \"tonic::x\"; let tonic = 1;"
            ),
            [""; 0]
        );
        assert_eq!(
            with(
                "provider/src/a.rs",
                "#[cfg(test)]\nmod tests { use reqwest::Client; }"
            ),
            [""; 0]
        );
        assert_eq!(
            with("codegen/templates/rust/src/a.rs", "use reqwest::Client;"),
            [""; 0]
        );
        assert_eq!(
            with(
                "provider/Cargo.toml",
                "[dependencies]\nreqwest = \"0\"\n[dev-dependencies]\ntonic = \"0\"\n"
            ),
            [""; 0]
        );
    }
}
