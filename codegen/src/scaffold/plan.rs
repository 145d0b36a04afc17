//! Third step: the rendered files against the disk. Decides what happens to each file and refuses what cannot be written safely;
//! reads, never writes. Invariant: a plan without conflicts writes only inside its folder and never through a link out of it.

use std::path::Path;

use super::Request;
use super::render::File;
use crate::error::Error;
use crate::project::{Change, Content, path};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It is not there yet.
    Create,
    /// It is there, with the same content.
    Unchanged,
    /// It is there with other content, and `--force` was given.
    Overwrite,
    /// It is there with other content, and it is the user's; or it is not there, and the folder is taken as it is.
    Keep,
    /// It is there with other content: nothing is written at all.
    Conflict,
}

/// A file and its fate.
pub(super) struct Entry {
    pub(super) file: File,
    pub(super) action: Action,
    /// What stands there now.
    before: Option<Content>,
}

/// Everything that will be done.
pub(super) struct Plan {
    /// In order of their paths.
    pub(super) entries: Vec<Entry>,
}

impl Plan {
    /// What is written.
    pub(super) fn changes(&self) -> Vec<Change> {
        let entries = self.entries.iter();
        let written =
            entries.filter(|entry| matches!(entry.action, Action::Create | Action::Overwrite));
        let change = |entry: &Entry| Change {
            path: entry.file.path.clone(),
            before: entry.before.clone(),
            after: Some(Content {
                bytes: entry.file.content.clone(),
                executable: entry.file.executable,
            }),
        };
        written.map(change).collect()
    }

    /// # Errors
    /// [`Error::Conflicts`] when files are in the way; `out` is the folder's name in the text.
    pub(super) fn conflicts(&self, out: &Path) -> Result<(), Error> {
        let conflicts = self
            .entries
            .iter()
            .filter(|entry| entry.action == Action::Conflict);
        let files: Vec<_> = conflicts.map(|entry| entry.file.path.clone()).collect();
        if files.is_empty() {
            Ok(())
        } else {
            Err(Error::Conflicts {
                out: out.to_owned(),
                files,
            })
        }
    }
}

/// # Errors
/// [`Error::NotAFolder`], [`Error::IsAFolder`], [`Error::Link`]; [`Error::Disk`] when a file cannot be read.
pub(super) fn make(out: &Path, files: Vec<File>, request: &Request) -> Result<Plan, Error> {
    let entry = |file| entry(out, file, request);
    Ok(Plan {
        entries: files.into_iter().map(entry).collect::<Result<_, _>>()?,
    })
}

fn entry(out: &Path, file: File, request: &Request) -> Result<Entry, Error> {
    let target = out.join(&file.path);
    let Some((before, _)) = path::content(out, &target)? else {
        let action = if request.adopt {
            Action::Keep
        } else {
            Action::Create
        };
        return Ok(Entry {
            file,
            action,
            before: None,
        });
    };
    let action = match () {
        () if before.bytes == file.content => Action::Unchanged,
        () if file.seeded || request.adopt => Action::Keep,
        () if request.force => Action::Overwrite,
        () => Action::Conflict,
    };
    if action == Action::Overwrite {
        path::replaceable(out, &target)?;
    }
    Ok(Entry {
        file,
        action,
        before: Some(before),
    })
}
