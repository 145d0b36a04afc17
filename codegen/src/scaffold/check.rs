//! First step: is what was asked for possible at all? Looks at the name, the language and the folder; reads, never writes.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::Request;
use super::workspace::Workspace;
use crate::error::Error;
use crate::lang::{self, Choice, LANGUAGES, name};
use crate::templates::{Files, Templates};

/// A request that can be carried out.
pub(super) struct Checked<'a> {
    pub(super) service: String,
    pub(super) choice: Choice,
    pub(super) files: &'a Files,
    /// The folder, absolute, links in what exists of it resolved.
    pub(super) out: PathBuf,
    /// The folder as the user wrote it.
    pub(super) shown: PathBuf,
    pub(super) workspace: Workspace,
}

/// # Errors
/// [`Error::Ambiguous`], [`Error::NotYet`], [`Error::Name`], [`Error::Reserved`], [`Error::NotAFolder`].
pub(super) fn check<'a>(request: &Request, templates: &'a Templates) -> Result<Checked<'a>, Error> {
    let choice = lang::choose(request.language, &request.folder)?;
    let files = templates
        .of(choice.language.name)
        .ok_or_else(|| not_yet(&choice, templates))?;
    name::check(&request.service, choice.language)?;
    let shown = request
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(&request.service));
    let out = resolve(&request.folder.join(&shown));
    let standing = out
        .ancestors()
        .find(|path| fs::symlink_metadata(path).is_ok());
    if let Some(obstacle) = standing.filter(|path| !path.is_dir()) {
        return Err(Error::NotAFolder(obstacle.to_owned()));
    }
    let workspace = if choice.language.marker == "Cargo.toml" {
        Workspace::around(&out)
    } else {
        Workspace::None
    };
    Ok(Checked {
        service: request.service.clone(),
        choice,
        files,
        out,
        shown,
        workspace,
    })
}

pub(crate) fn not_yet(choice: &Choice, templates: &Templates) -> Error {
    let ready = || {
        LANGUAGES
            .iter()
            .filter(|language| templates.of(language.name).is_some())
    };
    Error::NotYet {
        language: choice.language.title,
        reason: choice.reason.clone(),
        ready: lang::prose(ready().map(|language| language.title), "and"),
        options: lang::options(ready()),
    }
}

/// The path with the links of its existing part resolved, and `.` and `..` taken out of the rest.
fn resolve(path: &Path) -> PathBuf {
    let existing = path
        .ancestors()
        .find_map(|part| Some((part, fs::canonicalize(part).ok()?)));
    let Some((part, mut resolved)) = existing else {
        return path.to_owned();
    };
    for component in path
        .strip_prefix(part)
        .into_iter()
        .flat_map(Path::components)
    {
        match component {
            Component::ParentDir => drop(resolved.pop()),
            Component::Normal(name) => resolved.push::<&OsStr>(name),
            _ => {}
        }
    }
    resolved
}
