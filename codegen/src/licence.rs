//! `--spdx`: the licence of what is generated, as a comment at the head of every source file that can hold one. A line that must come
//! first stays first (`#!`, an XML prolog, `# syntax=` of a Dockerfile, the coding of Python); a file that names a licence is left alone.

use serde::{Deserialize, Serialize};
use spdx::{Expression, imprecise_license_id};

use crate::error::Error;

/// What SPDX calls the tag, <https://spdx.dev/learn/handling-license-info/>.
const TAG: &str = "SPDX-License-Identifier:";

/// A licence that the SPDX list knows, or several joined by its operators (`MIT OR Apache-2.0`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence(String);

impl Licence {
    /// # Errors
    /// [`Error::Licence`] with one that is near, if there is one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match Expression::parse(text) {
            Ok(_) if text.trim() == text => Ok(Self(text.to_owned())),
            _ => Err(Error::Licence {
                text: text.to_owned(),
                near: imprecise_license_id(text.trim()).map(|(near, _)| near.name),
            }),
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The file with the licence at its head; as it is, if it takes none.
    pub(crate) fn head(&self, path: &str, content: Vec<u8>) -> Vec<u8> {
        let Some((style, text)) = style(path).zip(std::str::from_utf8(&content).ok()) else {
            return content;
        };
        if text.lines().take(8).any(|line| line.contains(TAG)) {
            return content;
        }
        let (first, rest) = text.split_at(first(style, text));
        let (before, after) = style.marks();
        let newline = if first.is_empty() || first.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        // Apart from what follows: in Go a comment right above the first one would become part of the package's documentation.
        let gap = if rest.trim().is_empty() { "" } else { "\n" };
        let rest = rest
            .strip_prefix('\n')
            .filter(|_| newline == "\n")
            .unwrap_or(rest);
        format!(
            "{first}{newline}{before}{TAG} {}{after}\n{gap}{rest}",
            self.0
        )
        .into_bytes()
    }
}

/// How a kind of file writes a comment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Slashes,
    Hash,
    Markup,
}

impl Style {
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Slashes => ("// ", ""),
            Self::Hash => ("# ", ""),
            Self::Markup => ("<!-- ", " -->"),
        }
    }
}

/// Sources alone. Not: the Lua script, which is the same in every project; lock files and what else a tool writes; JSON, which has no
/// comments; prose.
fn style(path: &str) -> Option<Style> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if name == "Dockerfile" {
        return Some(Style::Hash);
    }
    match name.rsplit_once('.')?.1 {
        "rs" | "go" | "ts" | "js" | "mjs" | "java" => Some(Style::Slashes),
        "py" | "tf" | "sh" | "toml" | "yml" | "yaml" | "properties" => Some(Style::Hash),
        "xml" | "html" => Some(Style::Markup),
        _ => None,
    }
}

/// How many bytes at the beginning must stay there.
fn first(style: Style, text: &str) -> usize {
    if style == Style::Markup {
        let prolog = text.starts_with("<?xml").then(|| text.find("?>")).flatten();
        return prolog.map_or(0, |end| end_of_line(text, end + "?>".len()));
    }
    let mut end = 0;
    // A coding counts in the first two lines only: https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations
    for (number, line) in text.split_inclusive('\n').enumerate().take(2) {
        let shebang = number == 0 && line.starts_with("#!") && !line.starts_with("#![");
        let words = style == Style::Hash && line.starts_with('#');
        let directive = ["syntax=", "escape=", "check=", "coding:", "coding="];
        let directive = words
            && directive
                .iter()
                .any(|word| line.replace(' ', "").contains(word));
        if !shebang && !directive {
            break;
        }
        end += line.len();
    }
    end
}

/// The end of the line, if nothing else stands on it.
fn end_of_line(text: &str, at: usize) -> usize {
    if text[at..].starts_with('\n') {
        at + 1
    } else {
        at
    }
}

#[cfg(test)]
mod tests {
    use super::Licence;

    fn head(path: &str, text: &str) -> String {
        let licence = Licence::parse("MIT").expect("on the list");
        String::from_utf8(licence.head(path, text.into())).expect("text")
    }

    /// Path, content, and the same with the licence.
    const CASES: &[(&str, &str, &str)] = &[
        (
            "a.rs",
            "//! x\n",
            "// SPDX-License-Identifier: MIT\n\n//! x\n",
        ),
        (
            "a.rs",
            "#![no_std]\n",
            "// SPDX-License-Identifier: MIT\n\n#![no_std]\n",
        ),
        (
            "b/a.go",
            "// A.\npackage a\n",
            "// SPDX-License-Identifier: MIT\n\n// A.\npackage a\n",
        ),
        ("a.py", "", "# SPDX-License-Identifier: MIT\n"),
        (
            "a.py",
            "#!/bin/p\n# -*- coding: x -*-\n1\n",
            "#!/bin/p\n# -*- coding: x -*-\n# SPDX-License-Identifier: MIT\n\n1\n",
        ),
        (
            "a.sh",
            "#!/bin/sh\necho\n",
            "#!/bin/sh\n# SPDX-License-Identifier: MIT\n\necho\n",
        ),
        (
            "a.sh",
            "#!/bin/sh",
            "#!/bin/sh\n# SPDX-License-Identifier: MIT\n",
        ),
        (
            "Dockerfile",
            "# syntax=docker/dockerfile:1\nFROM a\n",
            "# syntax=docker/dockerfile:1\n# SPDX-License-Identifier: MIT\n\nFROM a\n",
        ),
        (
            "Dockerfile",
            "# Build\nFROM a\n",
            "# SPDX-License-Identifier: MIT\n\n# Build\nFROM a\n",
        ),
        (
            "pom.xml",
            "<?xml version=\"1.0\"?>\n<a/>\n",
            "<?xml version=\"1.0\"?>\n<!-- SPDX-License-Identifier: MIT -->\n\n<a/>\n",
        ),
        (
            "pom.xml",
            "<?xml version=\"1.0\"?><a/>\n",
            "<?xml version=\"1.0\"?>\n<!-- SPDX-License-Identifier: MIT -->\n\n<a/>\n",
        ),
        (
            "pom.xml",
            "<a/>\n",
            "<!-- SPDX-License-Identifier: MIT -->\n\n<a/>\n",
        ),
        (
            "a.ts",
            "// SPDX-License-Identifier: ISC\n1\n",
            "// SPDX-License-Identifier: ISC\n1\n",
        ),
        ("store/apply.lua", "x\n", "x\n"),
        ("Cargo.lock", "x\n", "x\n"),
        ("package.json", "{}\n", "{}\n"),
        ("README.md", "x\n", "x\n"),
        ("go.sum", "x\n", "x\n"),
    ];

    #[test]
    fn the_licence_stands_first_unless_something_else_must() {
        for (path, before, after) in CASES {
            assert_eq!(head(path, before), *after, "{path} {before:?}");
            assert_eq!(head(path, after), *after, "{path} twice");
        }
    }

    #[test]
    fn what_is_no_text_is_left_alone() {
        let licence = Licence::parse("MIT").expect("on the list");
        assert_eq!(licence.head("a.rs", vec![0xff]), [0xff]);
    }

    #[test]
    fn only_the_list_is_believed() {
        for good in [
            "MIT",
            "Apache-2.0 OR MIT",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "LicenseRef-own",
        ] {
            assert!(Licence::parse(good).is_ok(), "{good}");
        }
        for (bad, said) in [
            ("mit", "try `MIT`"),
            ("apache 2", "try `Apache-2.0`"),
            ("", "https://spdx.org/licenses"),
            ("Own licence", "https://spdx.org/licenses"),
            ("MIT\n#", "https://spdx.org/licenses"),
            (" MIT", "try `MIT`"),
        ] {
            let error = Licence::parse(bad).expect_err(bad).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
