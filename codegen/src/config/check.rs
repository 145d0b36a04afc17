//! What a type cannot say of `cb-gen.toml`: each value is checked as the flag of its name is, and a fault points at it.

use toml::Spanned;

use super::{Config, FILE, Written};
use crate::error::Error;
use crate::fault::Fault;
use crate::lang::{self, LANGUAGES};
use crate::licence::Licence;

/// What to do about a file that is no TOML, or holds a key that there is not.
pub(super) const KEYS: &str = "the keys are service, language, out, spdx and templates, each a string in quotes; \
     an editor completes them with the schema docs/cb-gen.schema.json";

/// What `language` may be, for the schema.
pub(super) fn languages() -> Vec<&'static str> {
    LANGUAGES.iter().map(|language| language.name).collect()
}

pub(super) fn check(text: &str, written: Written) -> Result<Config, Box<Fault>> {
    let language = written
        .language
        .as_ref()
        .map(|value| language(text, value))
        .transpose()?;
    if let Some(value) = &written.service {
        service(text, value, language)?;
    }
    let licence = written.spdx.as_ref().map(|value| licence(text, value));
    for value in [&written.out, &written.templates].into_iter().flatten() {
        if value.get_ref().is_empty() {
            return Err(at(text, value).saying("names no folder", "write `\".\"` for this one"));
        }
    }
    Ok(Config {
        service: written.service.map(Spanned::into_inner),
        language,
        out: written.out.map(|value| value.into_inner().into()),
        licence: licence.transpose()?,
        templates: written.templates.map(|value| value.into_inner().into()),
    })
}

fn language(text: &str, value: &Spanned<String>) -> Result<&'static lang::Language, Box<Fault>> {
    lang::named(value.get_ref()).ok_or_else(|| {
        let names = LANGUAGES
            .iter()
            .map(|language| format!("\"{}\"", language.name));
        at(text, value).saying(
            format!("names a language that there is not: `{}`", value.get_ref()),
            format!("write {}", lang::prose(names, "or")),
        )
    })
}

fn licence(text: &str, value: &Spanned<String>) -> Result<Licence, Box<Fault>> {
    Licence::parse(value.get_ref()).map_err(|error| {
        let remedy = match error {
            Error::Licence {
                near: Some(near), ..
            } => format!("write `spdx = \"{near}\"`"),
            _ => "https://spdx.org/licenses/ lists them".to_owned(),
        };
        at(text, value).saying("names a licence that SPDX does not know", remedy)
    })
}

fn service(
    text: &str,
    value: &Spanned<String>,
    language: Option<&lang::Language>,
) -> Result<(), Box<Fault>> {
    let name = value.get_ref();
    let checked = match language {
        Some(language) => lang::name::check(name, language),
        None => lang::name::label(name, None),
    };
    checked.map_err(|error| {
        let (why, near) = match error {
            Error::Name { rule, proposal, .. } => (rule, proposal),
            Error::Reserved { why, .. } => (why, format!("{name}-service")),
            other => return at(text, value).saying(format!("is wrong: {other}"), ""),
        };
        let what = format!("gives the service a name that will not do: {why}");
        at(text, value).saying(what, format!("write `service = \"{near}\"`"))
    })
}

fn at(text: &str, value: &Spanned<String>) -> Fault {
    Fault::new(FILE, text, value.span())
}
