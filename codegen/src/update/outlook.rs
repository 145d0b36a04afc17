//! All files of a project at once: which there are, what becomes of each, and the changes that make it so, in the order in which they
//! are written: the files, the base, the manifest. Reads, never writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Action;
use super::decide::{Outcome, Sides, decide};
use crate::error::Error;
use crate::lang::{self, Choice, Language};
use crate::project::manifest::Manifest;
use crate::project::{Change, Content, Project, path};
use crate::scaffold::not_yet;
use crate::scaffold::render::{self, File, Inputs};
use crate::templates::Templates;

/// What an update does, or would do.
pub struct Outlook {
    pub(super) service: String,
    pub(super) language: &'static Language,
    /// The cb-gen that wrote the base, if it is another.
    pub(super) other_version: Option<String>,
    /// In order of their paths; unchanged files too.
    pub entries: Vec<Entry>,
    pub(super) changes: Vec<Change>,
}

/// A file and what becomes of it.
pub struct Entry {
    /// Inside the folder, with `/`.
    pub path: String,
    /// What is done.
    pub action: Action,
    /// Why, where the action does not say it all.
    pub note: &'static str,
    pub(super) change: Option<Change>,
}

/// The sum of an outlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to do.
    Clean,
    /// An update would write something.
    Drift,
    /// A file is, or would be, in conflict.
    Conflict,
}

impl Verdict {
    /// The exit code of `cb-gen check`; 1 is an error's.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Drift => 2,
            Self::Conflict => 3,
        }
    }
}

impl Outlook {
    pub(super) fn of(root: &Path, project: Project, templates: &Templates) -> Result<Self, Error> {
        let Project { manifest, base } = &project;
        let language = language(root, manifest)?;
        let inputs = Inputs {
            service: &manifest.service,
            language,
            options: &manifest.options,
        };
        let choice = || Choice {
            language,
            reason: "the service is written in it".to_owned(),
        };
        let files = templates
            .of(language.name)
            .ok_or_else(|| not_yet(&choice(), templates))?;
        let files = render::files(&inputs, files)?;
        let mut next = render::remembered(&inputs, &files);
        let new: BTreeMap<_, _> = files.iter().map(|file| (&file.path, file)).collect();
        let paths: BTreeSet<_> = base.keys().chain(new.keys().copied()).collect();
        let entry = |path: &&String| entry(root, path, &project, new.get(*path).copied(), language);
        let entries = paths.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        for entry in entries
            .iter()
            .filter(|entry| entry.action == Action::Conflict)
        {
            if let Some(record) = next.manifest.files.get_mut(&entry.path) {
                record.unresolved = true;
            }
        }
        let mut changes: Vec<_> = entries
            .iter()
            .filter_map(|entry| entry.change.clone())
            .collect();
        // A mere upgrade of cb-gen is no reason to write its version.
        if next.base != *base || next.manifest.files != manifest.files {
            changes.extend(next.changes(root)?);
        }
        Ok(Self {
            service: manifest.service.clone(),
            language,
            other_version: manifest.other_version().map(str::to_owned),
            entries,
            changes,
        })
    }

    /// Whether there is anything to do or to decide.
    pub fn verdict(&self) -> Verdict {
        match () {
            () if self
                .entries
                .iter()
                .any(|entry| entry.action == Action::Conflict) =>
            {
                Verdict::Conflict
            }
            () if self.changes.is_empty() => Verdict::Clean,
            () => Verdict::Drift,
        }
    }
}

fn language(root: &Path, manifest: &Manifest) -> Result<&'static Language, Error> {
    lang::named(&manifest.language).ok_or_else(|| Error::Manifest {
        path: root.join(crate::project::MANIFEST),
        detail: format!(
            "its language `{}` is none that this cb-gen knows",
            manifest.language
        ),
    })
}

fn entry(
    root: &Path,
    path: &str,
    project: &Project,
    new: Option<&File>,
    language: &Language,
) -> Result<Entry, Error> {
    let target = root.join(path);
    let before = path::content(root, &target)?.map(|(content, _)| content);
    if project
        .manifest
        .files
        .get(path)
        .is_some_and(|record| record.unresolved)
    {
        return Ok(Entry {
            path: path.to_owned(),
            action: Action::Conflict,
            note: WAITS,
            change: None,
        });
    }
    let decision = decide(&Sides {
        base: project.base.get(path).map(Vec::as_slice),
        disk: before.as_ref().map(|content| content.bytes.as_slice()),
        new,
        seeded: language.seeded.contains(&path),
    });
    let edited = decision.action != Action::Update && before.is_some();
    let executable = if edited {
        before.as_ref().is_some_and(|content| content.executable)
    } else {
        new.is_some_and(|file| file.executable)
    };
    let after = match decision.result {
        Outcome::Same => None,
        Outcome::Content(bytes) => Some(Some(Content { bytes, executable })),
        Outcome::Nothing => Some(None),
    };
    if after.is_some() {
        path::replaceable(root, &target)?;
    }
    Ok(Entry {
        path: path.to_owned(),
        action: decision.action,
        note: decision.note,
        change: after.map(|after| Change {
            path: path.to_owned(),
            before,
            after,
        }),
    })
}

const WAITS: &str = "not resolved yet: say what it shall be, then `cb-gen resolve`";
