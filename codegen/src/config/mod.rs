//! `cb-gen.toml`: what a project wants of cb-gen, so that it need not be typed. Reads and checks; the command line wins over it.
//! Its published schema (`docs/cb-gen.schema.json`) is made from the type here.

mod check;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::fault::Fault;
use crate::lang::Language;
use crate::licence::Licence;

/// The file's name, in the current directory.
pub const FILE: &str = "cb-gen.toml";

/// Settings of cb-gen for one project: `cb-gen.toml`. Paths are relative to its folder. Flags of the command line win.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "cb-gen.toml")]
struct Written {
    /// Name of the service: a DNS label, in lower case, that begins with a letter.
    #[schemars(
        with = "Option<String>",
        length(max = 63),
        regex(pattern = "^[a-z]([a-z0-9-]*[a-z0-9])?$")
    )]
    service: Option<Spanned<String>>,
    /// Language of the service.
    #[schemars(with = "Option<String>", extend("enum" = check::languages()))]
    language: Option<Spanned<String>>,
    /// Folder to write to; `./NAME` if it is absent.
    #[schemars(with = "Option<String>", length(min = 1))]
    out: Option<Spanned<String>>,
    /// Licence at the head of every generated source file: an id of <https://spdx.org/licenses/>, or several joined by `OR`, `AND`
    /// and `WITH`.
    #[schemars(with = "Option<String>", length(min = 1))]
    spdx: Option<Spanned<String>>,
    /// Folder of your own templates, such as `cb-gen templates eject` makes.
    #[schemars(with = "Option<String>", length(min = 1))]
    templates: Option<Spanned<String>>,
}

/// The same, checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Name of the service.
    pub service: Option<String>,
    /// Language of the service.
    pub language: Option<&'static Language>,
    /// Folder to write to.
    pub out: Option<PathBuf>,
    /// Licence of what is written.
    pub licence: Option<Licence>,
    /// Folder of the user's own templates.
    pub templates: Option<PathBuf>,
}

impl Config {
    /// What the file in this folder says; nothing, if there is none.
    ///
    /// # Errors
    /// [`Error::Config`] with the place of the fault; [`Error::Unreadable`].
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => parse(&text).map_err(Error::Config),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(Error::Unreadable { path, source }),
        }
    }
}

/// The JSON Schema of the file, as it is published.
pub fn schema() -> String {
    format!("{:#}\n", schema_for!(Written).to_value())
}

fn parse(text: &str) -> Result<Config, Box<Fault>> {
    let written: Written = toml::from_str(text).map_err(|error| {
        let place = error.span().unwrap_or_default();
        let what = format!("cannot be read: {}", error.message().trim());
        Fault::new(FILE, text, place).saying(what, check::KEYS)
    })?;
    check::check(text, written)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Config, parse, schema};
    use crate::lang;
    use crate::licence::Licence;

    #[test]
    fn every_key_arrives() {
        let text =
            "service = 'funds'\nlanguage = 'go'\nout = 'a/b'\nspdx = 'MIT'\ntemplates = 't'\n";
        let expected = Config {
            service: Some("funds".to_owned()),
            language: lang::named("go"),
            out: Some("a/b".into()),
            licence: Licence::parse("MIT").ok(),
            templates: Some("t".into()),
        };
        assert_eq!(parse(text).expect("a good file"), expected);
        assert_eq!(parse("").expect("a good file"), Config::default());
    }

    #[test]
    fn the_published_schema_is_that_of_the_type() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cb-gen.schema.json");
        if std::env::var_os("CB_BLESS").is_some_and(|value| value == "1") {
            fs::write(&path, schema()).expect("the schema can be written");
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, schema(), "if that is right: CB_BLESS=1");
    }
}
