//! Third step: the rendered files against the disk. Decides what happens to each file and refuses what cannot be written safely;
//! reads, never writes. Invariant: a plan without conflicts writes only inside its folder and never through a link out of it.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::File;
use crate::disk;
use crate::error::Error;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It is not there yet.
    Create,
    /// It is there, with the same content.
    Unchanged,
    /// It is there with other content, and `--force` was given.
    Overwrite,
    /// It is there with other content, and it is the user's.
    Keep,
    /// It is there with other content: nothing is written at all.
    Conflict,
}

/// A file and its fate.
pub(super) struct Entry {
    pub(super) file: File,
    pub(super) target: PathBuf,
    pub(super) action: Action,
    /// What an overwritten file holds now, and whether it may be executed.
    pub(super) before: Option<(Vec<u8>, bool)>,
}

/// Everything that will be done.
pub(super) struct Plan {
    /// Folders to create, outer before inner.
    pub(super) folders: BTreeSet<PathBuf>,
    /// In order of their paths.
    pub(super) entries: Vec<Entry>,
}

impl Plan {
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
pub(super) fn make(out: &Path, files: Vec<File>, force: bool) -> Result<Plan, Error> {
    let mut plan = Plan {
        folders: BTreeSet::new(),
        entries: Vec::new(),
    };
    for file in files {
        let target = out.join(&file.path);
        for folder in target
            .ancestors()
            .skip(1)
            .take_while(|folder| fs::symlink_metadata(folder).is_err())
        {
            plan.folders.insert(folder.to_owned());
        }
        plan.entries.push(entry(out, target, file, force)?);
    }
    plan.entries.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    Ok(plan)
}

fn entry(out: &Path, target: PathBuf, file: File, force: bool) -> Result<Entry, Error> {
    let Some(metadata) = inspect(out, &target)? else {
        return Ok(Entry {
            file,
            target,
            action: Action::Create,
            before: None,
        });
    };
    let before = fs::read(&target).map_err(Error::disk("read", &target))?;
    let action = match () {
        () if before == file.content => Action::Unchanged,
        () if file.seeded => Action::Keep,
        () if force => Action::Overwrite,
        () => Action::Conflict,
    };
    if action == Action::Overwrite && metadata.is_symlink() {
        return Err(Error::Link {
            path: target,
            problem: "that would be replaced by a file",
        });
    }
    let before = (action == Action::Overwrite).then(|| (before, disk::is_executable(&metadata)));
    Ok(Entry {
        file,
        target,
        action,
        before,
    })
}

/// Looks at every step of the way from `out` to `target`; the metadata is that of the target itself, if it exists.
fn inspect(out: &Path, target: &Path) -> Result<Option<Metadata>, Error> {
    let below: Vec<_> = target.ancestors().take_while(|path| *path != out).collect();
    for path in below.into_iter().rev() {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return Ok(None);
        };
        if metadata.is_symlink() {
            let leads = fs::canonicalize(path).map_err(|_| Error::Link {
                path: path.to_owned(),
                problem: "that leads nowhere",
            })?;
            if !leads.starts_with(out) {
                return Err(Error::Link {
                    path: path.to_owned(),
                    problem: "that leads out of the service's folder",
                });
            }
        }
        match (path == target, path.is_dir()) {
            (true, true) => return Err(Error::IsAFolder(path.to_owned())),
            (false, false) => return Err(Error::NotAFolder(path.to_owned())),
            (true, false) => return Ok(Some(metadata)),
            (false, true) => {}
        }
    }
    Ok(None)
}
