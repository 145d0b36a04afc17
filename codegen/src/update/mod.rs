//! The life of a service after its first run: `plan` compares what was generated last, what is there and what is generated now, `run`
//! makes it so, `resolve` ends a conflict. One straight line as in `scaffold`: read the project, render anew from its manifest, decide
//! file by file, write all or nothing. Invariants: what the user wrote is never lost, and seeded files are never touched.

mod diff;
mod report;
mod resolve;
mod outlook;
mod decide;

use std::fs;
use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::error::Error;
use crate::project::{Project, commit};
use crate::templates::Templates;

pub use outlook::{Entry, Outlook, Verdict};
pub use resolve::resolve;

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is new.
    Create,
    /// Nobody edited it, and it is generated otherwise now.
    Update,
    /// The user's edits and the new template's go together.
    Merge,
    /// They do not; the user has to decide.
    Conflict,
    /// It is not generated any more, and nobody edited it.
    Delete,
    /// It is left alone, for the reason given.
    Skip,
    /// It is what it should be.
    Unchanged,
}

impl Action {
    /// As the reports call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Merge => "merge",
            Self::Conflict => "conflict",
            Self::Delete => "delete",
            Self::Skip => "skip",
            Self::Unchanged => "unchanged",
        }
    }
}

/// What an update of the service in `folder` would do. Reads only.
///
/// # Errors
/// [`Error::NoManifest`] and what else keeps an update from being planned.
pub fn plan(folder: &Path, templates: &Templates) -> Result<Outlook, Error> {
    let root = real(folder);
    Outlook::of(&root, Project::read(&root)?, templates)
}

/// Updates the service in `folder`, first finishing what a killed run began.
///
/// # Errors
/// As [`plan`]; [`Error::Unresolved`] while conflicts of an earlier run are not resolved. But for [`Error::HalfUndone`] the disk is then
/// as it was before.
pub fn run(folder: &Path, templates: &Templates, disk: &mut dyn Disk) -> Result<Outlook, Error> {
    let root = real(folder);
    commit::recover(&root, disk)?;
    let project = Project::read(&root)?;
    let waiting: Vec<_> = project.manifest.unresolved().cloned().collect();
    if !waiting.is_empty() {
        return Err(Error::Unresolved(waiting));
    }
    let outlook = Outlook::of(&root, project, templates)?;
    commit::apply(&root, &outlook.changes, disk)?;
    Ok(outlook)
}

/// The folder with its links resolved; as given if it is not there, which is then said in due course.
fn real(folder: &Path) -> PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}
