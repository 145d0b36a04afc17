//! The languages, one row each, and how one is chosen. A row says all that cb-gen knows of a language besides its templates;
//! whether it can be written at all is decided by whether `templates/<name>/` exists.

pub(crate) mod name;
mod reserved;

use std::path::Path;

use crate::error::Error;
use reserved::{
    CARGO_NAMES, GO_NAMES, GO_PACKAGES, NPM_NAMES, NPM_PACKAGES, PYPI_PACKAGES, RUST_KEYWORDS,
};

/// A language, and what a scaffold in it needs besides its files.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// What `--lang` takes, and the folder of its templates.
    pub name: &'static str,
    /// How prose calls it.
    pub title: &'static str,
    /// The framework of the service.
    pub framework: &'static str,
    /// The file in the current directory that chooses it.
    pub marker: &'static str,
    /// Names that its tools do not take for a service, and who reserves them.
    pub reserved: &'static [(&'static str, &'static [&'static str])],
    /// Files that belong to the user from the first run on: never overwritten.
    pub seeded: &'static [&'static str],
    /// Files that may be executed.
    pub executable: &'static [&'static str],
    /// What to type next inside the folder, each with its reason.
    pub next: &'static [(&'static str, &'static str)],
    /// The commands, each with its arguments, that make a fresh scaffold ready to start.
    pub build: &'static [&'static [&'static str]],
    /// The command of the shell that then starts it, for `cb-gen verify --start`.
    pub start: &'static str,
}

/// The language of a directory that names none.
pub const DEFAULT: &Language = &LANGUAGES[0];

/// Every language.
pub const LANGUAGES: &[Language] = &[
    Language {
        name: "rust",
        title: "Rust",
        framework: "axum",
        marker: "Cargo.toml",
        reserved: &[
            ("it is a keyword of Rust", RUST_KEYWORDS),
            (
                "cargo refuses it as the name of a package or program",
                CARGO_NAMES,
            ),
        ],
        seeded: &["src/hooks.rs"],
        executable: &[],
        next: &[
            ("cargo test", "offline: needs no Datadog and no Redis"),
            ("cargo run", "the settings are in README.md"),
            (
                "terraform init && terraform apply",
                "monitor.tf: the monitor that trips the breaker",
            ),
        ],
        build: &[&["cargo", "build", "--locked"]],
        start: "cargo run --quiet --locked",
    },
    Language {
        name: "go",
        title: "Go",
        framework: "net/http",
        marker: "go.mod",
        reserved: &[
            (
                "Go's standard library has a package of that name",
                GO_PACKAGES,
            ),
            ("the go command means something else by it", GO_NAMES),
            ("a folder of the scaffold bears it", &["breaker"]),
        ],
        seeded: &["hooks.go"],
        executable: &[],
        next: &[
            ("go test ./...", "offline: needs no Datadog and no Redis"),
            ("go run .", "the settings are in README.md"),
            (
                "terraform init && terraform apply",
                "monitor.tf: the monitor that trips the breaker",
            ),
        ],
        build: &[&["go", "build", "-o", "serve", "."]],
        start: "./serve",
    },
    Language {
        name: "typescript",
        title: "TypeScript",
        framework: "Fastify",
        marker: "package.json",
        reserved: &[
            ("npm refuses it as the name of a package", NPM_NAMES),
            (
                "the scaffold depends on the package of that name, and npm installs none into itself",
                NPM_PACKAGES,
            ),
        ],
        seeded: &["src/hooks.ts"],
        executable: &[],
        next: &[
            (
                "npm cit",
                "installs and tests: needs no Datadog and no Redis",
            ),
            ("npm start", "the settings are in README.md"),
            (
                "terraform init && terraform apply",
                "monitor.tf: the monitor that trips the breaker",
            ),
        ],
        build: &[&["npm", "ci", "--no-audit", "--no-fund"], &["npx", "tsc"]],
        start: "node dist/src/main.js",
    },
    Language {
        name: "python",
        title: "Python",
        framework: "FastAPI",
        marker: "pyproject.toml",
        reserved: &[(
            "the scaffold depends on the package of that name, and pip would take one for the other",
            PYPI_PACKAGES,
        )],
        seeded: &["service/hooks.py"],
        executable: &[],
        next: &[
            (
                "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[dev]'",
                "once",
            ),
            (".venv/bin/pytest", "offline: needs no Datadog and no Redis"),
            (
                ".venv/bin/python -m service",
                "the settings are in README.md",
            ),
            (
                "terraform init && terraform apply",
                "monitor.tf: the monitor that trips the breaker",
            ),
        ],
        build: &[
            &["python3", "-m", "venv", ".venv"],
            &[
                ".venv/bin/pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-c",
                "constraints.txt",
                "-e",
                ".",
            ],
        ],
        start: ".venv/bin/python -m service",
    },
    Language {
        name: "java",
        title: "Java",
        framework: "Spring Boot",
        marker: "pom.xml",
        reserved: &[],
        seeded: &["src/main/java/service/ServiceHooks.java"],
        executable: &[],
        next: &[
            ("mvn package", "tests it too: needs no Datadog and no Redis"),
            (
                "java -jar target/service.jar",
                "the settings are in README.md",
            ),
            (
                "terraform init && terraform apply",
                "monitor.tf: the monitor that trips the breaker",
            ),
        ],
        build: &[
            &["mvn", "-q", "-B", "-DskipTests", "package"],
            &[
                "java",
                "-Djarmode=tools",
                "-jar",
                "target/service.jar",
                "extract",
                "--destination",
                "target/app",
            ],
            // A rehearsal that leaves an archive of the loaded classes: the suite starts the service often.
            &[
                "env",
                "DD_API_KEY=none",
                "DD_APP_KEY=none",
                "CB_SIGNING_KEYS=whsec_bm9ib2R5IGlzIHRvIHNpZ24gd2l0aCB0aGlz",
                "java",
                "-XX:ArchiveClassesAtExit=target/app/service.jsa",
                "-XX:TieredStopAtLevel=1",
                "-Dspring.context.exit=onRefresh",
                "-jar",
                "target/app/service.jar",
            ],
        ],
        start: "exec java -XX:SharedArchiveFile=target/app/service.jsa -XX:TieredStopAtLevel=1 -jar target/app/service.jar",
    },
];

/// A language and why it was chosen.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// The language.
    pub language: &'static Language,
    /// The reason, as prose in brackets would give it.
    pub reason: String,
}

/// The row of a name.
pub fn named(name: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.name == name)
}

/// The language asked for, else the one the folder names, else Rust.
///
/// # Errors
/// [`Error::Ambiguous`] when the folder names several and none was asked for.
pub fn choose(asked: Option<&'static Language>, folder: &Path) -> Result<Choice, Error> {
    if let Some(language) = asked {
        return Ok(Choice {
            language,
            reason: "as asked for".to_owned(),
        });
    }
    let found: Vec<_> = LANGUAGES
        .iter()
        .filter(|language| folder.join(language.marker).is_file())
        .collect();
    match found.as_slice() {
        [] => Ok(Choice {
            language: DEFAULT,
            reason: "the default: the current directory names no language".to_owned(),
        }),
        [language] => Ok(Choice {
            language,
            reason: format!("the current directory holds {}", language.marker),
        }),
        several => Err(Error::Ambiguous {
            markers: prose(several.iter().map(|language| language.marker), "and"),
            options: options(several.iter().copied()),
        }),
    }
}

/// `--lang a or --lang b`, each in backticks.
pub(crate) fn options<'a>(languages: impl Iterator<Item = &'a Language>) -> String {
    prose(
        languages.map(|language| format!("`--lang {}`", language.name)),
        "or",
    )
}

/// `a, b and c`.
pub(crate) fn prose(items: impl Iterator<Item = impl Into<String>>, last: &str) -> String {
    let mut items: Vec<String> = items.map(Into::into).collect();
    match items.pop() {
        Some(end) if !items.is_empty() => format!("{} {last} {end}", items.join(", ")),
        end => end.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, LANGUAGES, prose};

    #[test]
    fn the_default_is_rust_and_no_two_rows_share_a_name_or_marker() {
        assert_eq!(DEFAULT.name, "rust");
        for (i, one) in LANGUAGES.iter().enumerate() {
            assert!(
                LANGUAGES[i + 1..]
                    .iter()
                    .all(|other| one.name != other.name && one.marker != other.marker)
            );
        }
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(prose(["a"; 0].iter().copied(), "and"), "");
        assert_eq!(prose(["a"].into_iter(), "and"), "a");
        assert_eq!(prose(["a", "b", "c"].into_iter(), "or"), "a, b or c");
    }
}
