//! What may be set in the environment, and its defaults. Nothing else reads the environment.

use std::io;
use std::path::{Path, PathBuf};

use codegen::lang::{LANGUAGES, Language};
use codegen::templates::Templates;

/// A number by its name.
pub(crate) fn number(name: &str, default: u32) -> io::Result<u32> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .map_err(|_| io::Error::other(format!("{name} is `{text}`: give a whole number"))),
        Err(_) => Ok(default),
    }
}

/// The languages that can be written, or those that `LANGS` names, separated by blanks.
pub(crate) fn languages() -> Vec<&'static Language> {
    let templates = Templates::embedded();
    let asked = std::env::var("LANGS").ok();
    let wanted = |name: &str| {
        asked
            .as_deref()
            .is_none_or(|asked| asked.split_whitespace().any(|one| one == name))
    };
    LANGUAGES
        .iter()
        .filter(|language| templates.of(language.name).is_some() && wanted(language.name))
        .collect()
}

/// The folder of the Python environment that holds the other tools; `tests/bench/codegen.sh` makes it.
pub(crate) fn peers() -> Option<PathBuf> {
    std::env::var_os("CB_BENCH_PEERS").map(PathBuf::from)
}

/// The target folder that all generated code shares.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("CB_STUB_TARGET_DIR")
        .map_or_else(|| repository().join("target/generated"), PathBuf::from)
}

/// The root of the project.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
