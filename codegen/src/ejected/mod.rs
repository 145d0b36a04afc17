//! `cb-gen templates eject`, `list` and `drift`: built-in templates copied to a folder for the user's own edits, with a record of what
//! they were copied from, and what has become of both since.

mod record;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::disk::Disk;
use crate::error::Error;
use crate::lang::{LANGUAGES, Language};
use crate::templates::{self, Files, RECORD, Templates};

use record::Record;

/// What was asked for.
#[derive(Debug)]
pub struct Request {
    /// The language.
    pub language: &'static Language,
    /// Paths inside its folder; empty: all.
    pub files: Vec<String>,
    /// Where to, absolute.
    pub folder: PathBuf,
    /// Overwrite what was edited.
    pub force: bool,
}

/// A template and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// `rust/Cargo.toml.hbs`.
    pub template: String,
    /// What has become of it.
    pub state: State,
}

/// What has become of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Not ejected: the built-in one is used.
    BuiltIn,
    /// Ejected, and the same as the built-in one.
    Same,
    /// Edited; the built-in one is what it was ejected from.
    Edited,
    /// Not edited, but the built-in one has changed since: eject it again.
    Outdated,
    /// Edited, and the built-in one has changed since: compare them.
    Diverged,
    /// Ejected from a template that cb-gen has no more.
    Orphaned,
    /// Recorded as ejected, but gone: the built-in one is used.
    Missing,
    /// The user's own, never ejected.
    Own,
}

impl State {
    /// Whether the built-in template is no more what the ejected one came from.
    pub fn drifted(self) -> bool {
        matches!(self, Self::Outdated | Self::Diverged | Self::Orphaned)
    }

    /// The state, as it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Same => "same",
            Self::Edited => "edited",
            Self::Outdated => "outdated",
            Self::Diverged => "diverged",
            Self::Orphaned => "orphaned",
            Self::Missing => "missing",
            Self::Own => "own",
        }
    }
}

/// Copies templates to the folder; a file that was edited there is kept unless `force` is given. Returns what was written.
///
/// # Errors
/// [`Error::NoTemplate`], [`Error::EditedTemplates`] (nothing is written then), [`Error::Record`], [`Error::Disk`].
pub fn eject(
    request: &Request,
    built_in: &Templates,
    disk: &mut dyn Disk,
) -> Result<Vec<String>, Error> {
    let folder = &request.folder;
    let mut record = Record::read(folder)?.unwrap_or_default();
    let wanted = wanted(request, built_in)?;
    let (mut in_the_way, mut written) = (Vec::new(), Vec::new());
    for (template, content) in &wanted {
        let found = fs::read(folder.join(template)).ok();
        let origin = record
            .files
            .get(template)
            .map(|origin| origin.sha256.as_str());
        match found.as_deref().map(hash) {
            Some(now) if now == hash(content) => {}
            Some(now) if !request.force && Some(now.as_str()) != origin => {
                in_the_way.push(template.clone())
            }
            _ => written.push((template, *content)),
        }
    }
    if !in_the_way.is_empty() {
        return Err(Error::EditedTemplates { files: in_the_way });
    }
    for (template, content) in &written {
        put(folder, template, content, disk)?;
    }
    for (template, content) in &wanted {
        record.note(template, hash(content));
    }
    // Last: a run that is cut off leaves files that the next run takes for what they are.
    put(folder, RECORD, record.text().as_bytes(), disk)?;
    Ok(written
        .into_iter()
        .map(|(template, _)| template.clone())
        .collect())
}

fn wanted<'t>(
    request: &Request,
    built_in: &'t Templates,
) -> Result<Vec<(String, &'t [u8])>, Error> {
    let name = request.language.name;
    let missing = |file: &str| Error::NoTemplate {
        template: format!("{name}/{file}"),
    };
    let files = built_in.of(name).ok_or_else(|| missing(""))?;
    let row = |path: &String, content: &'t Vec<u8>| (format!("{name}/{path}"), content.as_slice());
    if request.files.is_empty() {
        return Ok(files
            .iter()
            .map(|(path, content)| row(path, content))
            .collect());
    }
    let one = |file: &String| {
        let content = files.get(file).ok_or_else(|| missing(file))?;
        Ok(row(file, content))
    };
    request.files.iter().map(one).collect()
}

/// Every template, built-in or of the folder (if there is one), in order.
///
/// # Errors
/// [`Error::Record`]; [`Error::Unreadable`].
pub fn list(built_in: &Templates, folder: Option<&Path>) -> Result<Vec<Row>, Error> {
    let record = folder
        .map(Record::read)
        .transpose()?
        .flatten()
        .unwrap_or_default();
    let mut rows = Vec::new();
    for language in LANGUAGES {
        let none = Files::new();
        let base = built_in.of(language.name).unwrap_or(&none);
        let own = folder.map_or(Ok(Files::new()), |folder| own(folder, language))?;
        let prefix = format!("{}/", language.name);
        let recorded = record
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(&prefix));
        let mut paths: Vec<_> = base
            .keys()
            .chain(own.keys())
            .map(String::as_str)
            .chain(recorded)
            .collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            let template = format!("{prefix}{path}");
            let origin = record
                .files
                .get(&template)
                .map(|origin| origin.sha256.as_str());
            let state = state(origin, base.get(path), own.get(path));
            rows.push(Row { template, state });
        }
    }
    Ok(rows)
}

/// The rows of what the folder holds, or once held.
///
/// # Errors
/// [`Error::NotEjected`]; as [`list`].
pub fn drift(built_in: &Templates, folder: &Path) -> Result<Vec<Row>, Error> {
    if Record::read(folder)?.is_none() {
        return Err(Error::NotEjected(folder.to_owned()));
    }
    let mut rows = list(built_in, Some(folder))?;
    rows.retain(|row| row.state != State::BuiltIn);
    Ok(rows)
}

fn own(folder: &Path, language: &Language) -> Result<Files, Error> {
    let path = folder.join(language.name);
    let mut files = Files::new();
    if path.is_dir() {
        let read = templates::read_folder(&path, "", &mut files);
        read.map_err(|source| Error::Unreadable { path, source })?;
    }
    Ok(files)
}

fn state(origin: Option<&str>, base: Option<&Vec<u8>>, own: Option<&Vec<u8>>) -> State {
    let (base, own) = (
        base.map(|content| hash(content)),
        own.map(|content| hash(content)),
    );
    match (origin, base, own) {
        (None, _, Some(_)) => State::Own,
        (None, _, None) => State::BuiltIn,
        (Some(_), _, None) => State::Missing,
        (Some(_), None, Some(_)) => State::Orphaned,
        (Some(_), Some(base), Some(own)) if base == own => State::Same,
        (Some(origin), Some(base), Some(own)) => match (origin == base, origin == own) {
            (true, _) => State::Edited,
            (false, true) => State::Outdated,
            (false, false) => State::Diverged,
        },
    }
}

fn hash(content: &[u8]) -> String {
    let bytes = Sha256::digest(content);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file whole or not at all, and the folders above it.
fn put(root: &Path, path: &str, content: &[u8], disk: &mut dyn Disk) -> Result<(), Error> {
    let target = &root.join(path);
    let above: Vec<_> = target
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .collect();
    for folder in above.into_iter().rev() {
        disk.create_folder(folder)
            .map_err(Error::disk("create the folder", folder))?;
    }
    let temporary = root.join(".cb-gen-new");
    if temporary.exists() {
        disk.remove_file(&temporary)
            .map_err(Error::disk("remove", &temporary))?;
    }
    disk.write(&temporary, content, false)
        .and_then(|()| disk.rename(&temporary, target))
        .map_err(Error::disk("write", target))
}

#[cfg(test)]
mod tests {
    use super::{State, hash, state};

    #[test]
    fn what_has_become_of_a_template_is_told_from_three_hashes() {
        let (old, new, mine) = (b"old".to_vec(), b"new".to_vec(), b"mine".to_vec());
        let origin = hash(&old);
        let cases = [
            (false, Some(&old), None, State::BuiltIn),
            (false, None, Some(&mine), State::Own),
            (false, Some(&old), Some(&mine), State::Own),
            (true, Some(&old), Some(&old), State::Same),
            (true, Some(&new), Some(&new), State::Same),
            (true, Some(&old), Some(&mine), State::Edited),
            (true, Some(&new), Some(&old), State::Outdated),
            (true, Some(&new), Some(&mine), State::Diverged),
            (true, None, Some(&mine), State::Orphaned),
            (true, Some(&old), None, State::Missing),
        ];
        for (recorded, base, own, expected) in cases {
            let origin = recorded.then_some(origin.as_str());
            assert_eq!(state(origin, base, own), expected, "{base:?} {own:?}");
        }
    }
}
