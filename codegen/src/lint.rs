//! `cb-gen templates lint`: every template of every language against the values there are. Finds; changes and prints nothing.

use std::fmt;

use serde::Serialize;

use crate::context::Context;
use crate::lang::LANGUAGES;
use crate::template;
use crate::templates::Templates;

/// Something that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `rust/Cargo.toml.hbs`.
    pub template: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What, and what there is instead.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            template,
            line,
            column,
            what,
        } = self;
        write!(f, "{template}:{line}:{column}: {what}")
    }
}

/// How many templates were read, and what is wrong with them, in order of their paths.
pub fn lint(templates: &Templates) -> (usize, Vec<Finding>) {
    let schema = Context::schema();
    let (mut count, mut found) = (0, Vec::new());
    for language in LANGUAGES {
        let files = templates.of(language.name).into_iter().flatten();
        for (path, content) in files.filter(|(path, _)| path.ends_with(template::SUFFIX)) {
            count += 1;
            let template = format!("{}/{path}", language.name);
            let wrong = match std::str::from_utf8(content) {
                Ok(text) => template::findings(text, schema.as_value()),
                Err(error) => vec![template::Finding {
                    line: 1,
                    column: 1,
                    what: error.to_string(),
                }],
            };
            found.extend(wrong.into_iter().map(|finding| Finding {
                template: template.clone(),
                line: finding.line,
                column: finding.column,
                what: finding.what,
            }));
        }
    }
    (count, found)
}

#[cfg(test)]
mod tests {
    use super::lint;
    use crate::templates::{Files, Templates};

    #[test]
    fn the_built_in_templates_ask_for_nothing_that_is_not_there() {
        let (count, found) = lint(&Templates::embedded());
        assert!(count > 15, "the templates were not found");
        let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{}", lines.join("\n"));
    }

    #[test]
    fn a_typo_that_strict_mode_lets_pass_is_found() {
        let text = b"a\n{{#if workspace_membr}}b{{/if}}\n".to_vec();
        let files: Files = [
            ("Cargo.toml.hbs".to_owned(), text),
            ("b.hbs".to_owned(), b"\xff".to_vec()),
            ("plain".to_owned(), b"{{typo}}".to_vec()),
        ]
        .into();
        let (count, found) = lint(&Templates::new([("rust".to_owned(), files)].into()));
        assert_eq!(count, 2);
        let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines[0],
            "rust/Cargo.toml.hbs:2:1: there is no value `workspace_membr`; there are `service`, `service_snake`, `workspace_member`"
        );
        assert!(lines[1].starts_with("rust/b.hbs:1:1: invalid utf-8"));
    }
}
