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
        mark_conflicts(&mut next, &entries);
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

/// What is to be remembered holds every file in conflict as unresolved.
fn mark_conflicts(next: &mut Project, entries: &[Entry]) {
    let conflicts = entries
        .iter()
        .filter(|entry| entry.action == Action::Conflict);
    for entry in conflicts {
        if let Some(record) = next.manifest.files.get_mut(&entry.path) {
            record.unresolved = true;
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
    let after = after(decision.result, before.as_ref(), new, decision.action);
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

/// What shall stand in the file; `None` if that is what stands there. A merged file may be executed if the user's may.
fn after(
    result: Outcome,
    before: Option<&Content>,
    new: Option<&File>,
    action: Action,
) -> Option<Option<Content>> {
    let generated = new.is_some_and(|file| file.executable);
    let executable = match before {
        Some(before) if action != Action::Update => before.executable,
        _ => generated,
    };
    match result {
        Outcome::Same => None,
        Outcome::Content(bytes) => Some(Some(Content { bytes, executable })),
        Outcome::Nothing => Some(None),
    }
}

const WAITS: &str = "not resolved yet: say what it shall be, then `cb-gen resolve`";
