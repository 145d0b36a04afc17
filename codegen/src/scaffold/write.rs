//! Last step: the plan becomes files, all or none. New content goes to temporary files beside their targets first, so that what can
//! fail for want of space or rights fails before anything is visible; then they are renamed one by one. A failure undoes the steps
//! done so far, last first. A kill leaves whole files, old or new, and at worst temporary ones, which the next run sweeps away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::plan::{Action, Entry, Plan};
use crate::disk::Disk;
use crate::error::Error;

/// # Errors
/// [`Error::Disk`] when the disk is as before, [`Error::HalfUndone`] when it may not be.
pub(super) fn all(plan: &Plan, disk: &mut dyn Disk) -> Result<(), Error> {
    let mut journal = Vec::new();
    steps(plan, disk, &mut journal).map_err(|first| undo(journal, disk, first))
}

/// A step that must be undone if a later one fails.
enum Step<'a> {
    Folder(&'a Path),
    /// Noted before it is written, because half of it may be.
    Temporary(PathBuf),
    Renamed(&'a Entry),
}

fn steps<'a>(
    plan: &'a Plan,
    disk: &mut dyn Disk,
    journal: &mut Vec<Step<'a>>,
) -> Result<(), Error> {
    for entry in &plan.entries {
        sweep(&temporary(&entry.target), disk)?;
    }
    for folder in &plan.folders {
        disk.create_folder(folder)
            .map_err(Error::disk("create the folder", folder))?;
        journal.push(Step::Folder(folder));
    }
    let written = || {
        plan.entries
            .iter()
            .filter(|entry| matches!(entry.action, Action::Create | Action::Overwrite))
    };
    for entry in written() {
        let temporary = temporary(&entry.target);
        journal.push(Step::Temporary(temporary.clone()));
        let result = disk.write(&temporary, &entry.file.content, entry.file.executable);
        result.map_err(Error::disk("write", &entry.target))?;
    }
    for entry in written() {
        disk.rename(&temporary(&entry.target), &entry.target)
            .map_err(Error::disk("write", &entry.target))?;
        journal.push(Step::Renamed(entry));
    }
    Ok(())
}

/// What a killed run may have left.
fn sweep(temporary: &Path, disk: &mut dyn Disk) -> Result<(), Error> {
    if fs::symlink_metadata(temporary).is_err() {
        return Ok(());
    }
    disk.remove_file(temporary)
        .map_err(Error::disk("remove", temporary))
}

fn undo(journal: Vec<Step<'_>>, disk: &mut dyn Disk, first: Error) -> Error {
    let mut left = Vec::new();
    for step in journal.into_iter().rev() {
        let (path, result) = match &step {
            Step::Folder(path) => (*path, disk.remove_folder(path)),
            Step::Temporary(path) => (path.as_path(), remove_if_there(path, disk)),
            Step::Renamed(entry) => (entry.target.as_path(), restore(entry, disk)),
        };
        if result.is_err() {
            left.push(format!("`{}`", path.display()));
        }
    }
    if left.is_empty() {
        first
    } else {
        Error::HalfUndone {
            first: Box::new(first),
            left: left.join(", "),
        }
    }
}

fn remove_if_there(path: &Path, disk: &mut dyn Disk) -> io::Result<()> {
    if fs::symlink_metadata(path).is_err() {
        Ok(())
    } else {
        disk.remove_file(path)
    }
}

fn restore(entry: &Entry, disk: &mut dyn Disk) -> io::Result<()> {
    let Some((content, executable)) = &entry.before else {
        return disk.remove_file(&entry.target);
    };
    let temporary = temporary(&entry.target);
    disk.write(&temporary, content, *executable)?;
    disk.rename(&temporary, &entry.target)
}

/// Beside the target, so that the rename stays on one file system; hidden, and the same name in each run.
fn temporary(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.cb-gen-new"))
}
