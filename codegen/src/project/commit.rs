//! Changes become files, all or none. New content goes to the stage first, so that what can fail for want of space or rights fails
//! before anything is visible; then the journal; then each file is renamed into its place; then the journal goes. A failure undoes what
//! was done. A kill before the journal leaves every file old; after it, the next run finishes the work (`recover`). Not a word about
//! power cuts: nothing is flushed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{self, Journal, STAGE, Step};
use super::{Change, Content, FOLDER};
use crate::disk::Disk;
use crate::error::Error;

/// # Errors
/// [`Error::Disk`] when the disk is as before, [`Error::HalfUndone`] when it may not be.
pub(crate) fn apply(root: &Path, changes: &[Change], disk: &mut dyn Disk) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut run = Run {
        root,
        changes,
        disk,
        folders: Vec::new(),
        done: 0,
    };
    run.all().map_err(|first| run.undo(first))
}

/// Finishes or sweeps away what a killed run left in the folder `root`.
///
/// # Errors
/// [`Error::Interrupted`] when that fails; the next run tries again.
pub(crate) fn recover(root: &Path, disk: &mut dyn Disk) -> Result<(), Error> {
    super::recover::finish(root, disk).map_err(|error| Error::Interrupted(Box::new(error)))
}

struct Run<'a> {
    root: &'a Path,
    changes: &'a [Change],
    disk: &'a mut dyn Disk,
    /// Created, outer before inner.
    folders: Vec<PathBuf>,
    /// How many changes are in place.
    done: usize,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Error> {
        self.stage()?;
        let journal = Journal::of(self.changes);
        self.announce(&journal)?;
        for (number, step) in journal.steps.iter().enumerate() {
            self.folders_above(&self.root.join(&step.path))?;
            put(self.root, (number, step), self.disk)?;
            self.done = number + 1;
        }
        prune(self.root, &journal, self.disk)?;
        let path = journal::at(self.root);
        let removed = self.disk.remove_file(&path);
        removed.map_err(Error::disk("remove", &path))?;
        // The work is done; an empty folder that stays is swept by the next run.
        let _ = self.disk.remove_folder(&self.root.join(STAGE));
        Ok(())
    }

    fn stage(&mut self) -> Result<(), Error> {
        self.folders_above(&journal::at(self.root))?;
        for (number, change) in self.changes.iter().enumerate() {
            if let Some(Content { bytes, executable }) = &change.after {
                let staged = journal::staged(self.root, number);
                let written = self.disk.write(&staged, bytes, *executable);
                written.map_err(Error::disk("write", &self.root.join(&change.path)))?;
            }
        }
        Ok(())
    }

    fn announce(&mut self, journal: &Journal) -> Result<(), Error> {
        let path = journal::at(self.root);
        let new = path.with_extension("new");
        self.disk
            .write(&new, journal.text().as_bytes(), false)
            .and_then(|()| self.disk.rename(&new, &path))
            .map_err(Error::disk("write", &path))
    }

    fn folders_above(&mut self, target: &Path) -> Result<(), Error> {
        for folder in missing_above(target) {
            let created = self.disk.create_folder(&folder);
            created.map_err(Error::disk("create the folder", &folder))?;
            self.folders.push(folder);
        }
        Ok(())
    }

    /// Step by step, so that a kill in between still leaves what the journal says: a change is staged anew, whole, before its file is put
    /// back.
    fn undo(&mut self, first: Error) -> Error {
        let mut left = Vec::new();
        for number in (0..self.done).rev() {
            let path = self.root.join(&self.changes[number].path);
            if self.put_back(number).is_err() {
                left.push(path);
            }
        }
        let stage = self.root.join(STAGE);
        let swept = remove_if_there(&journal::at(self.root), self.disk)
            .and_then(|()| sweep(self.root, self.disk));
        if swept.is_err() {
            left.push(stage.clone());
        }
        for folder in self.folders.iter().rev().filter(|folder| **folder != stage) {
            if folder.exists() && self.disk.remove_folder(folder).is_err() {
                left.push(folder.clone());
            }
        }
        if left.is_empty() {
            return first;
        }
        let left: Vec<_> = left
            .iter()
            .map(|path| format!("`{}`", path.display()))
            .collect();
        Error::HalfUndone {
            first: Box::new(first),
            left: left.join(", "),
        }
    }

    fn put_back(&mut self, number: usize) -> io::Result<()> {
        let change = &self.changes[number];
        let target = self.root.join(&change.path);
        let staged = journal::staged(self.root, number);
        if let Some(Content { bytes, executable }) = &change.after {
            let again = staged.with_extension("again");
            self.disk.write(&again, bytes, *executable)?;
            self.disk.rename(&again, &staged)?;
        }
        let Some(Content { bytes, executable }) = &change.before else {
            return remove_if_there(&target, self.disk);
        };
        for folder in missing_above(&target) {
            self.disk.create_folder(&folder)?;
        }
        let old = staged.with_extension("old");
        self.disk.write(&old, bytes, *executable)?;
        self.disk.rename(&old, &target)
    }
}

/// Puts one step in place, whose folder is there.
pub(super) fn put(root: &Path, step: (usize, &Step), disk: &mut dyn Disk) -> Result<(), Error> {
    let (number, step) = step;
    let target = root.join(&step.path);
    let result = match step.after {
        Some(_) => disk.rename(&journal::staged(root, number), &target),
        None => remove_if_there(&target, disk),
    };
    result.map_err(Error::disk("write", &target))
}

/// Removes the folders that the removed files leave empty.
pub(super) fn prune(root: &Path, journal: &Journal, disk: &mut dyn Disk) -> Result<(), Error> {
    let removed = journal.steps.iter().filter(|step| step.after.is_none());
    for step in removed {
        let target = root.join(&step.path);
        let inside = target
            .ancestors()
            .skip(1)
            .take_while(|folder| *folder != root);
        for folder in inside.filter(|folder| is_empty(folder)) {
            let result = disk.remove_folder(folder);
            result.map_err(Error::disk("remove the folder", folder))?;
        }
    }
    Ok(())
}

/// Removes the stage and all in it, the journal excepted, without which the rest means nothing.
pub(super) fn sweep(root: &Path, disk: &mut dyn Disk) -> io::Result<()> {
    let stage = root.join(STAGE);
    if !stage.is_dir() {
        return Ok(());
    }
    let mut files: Vec<_> = fs::read_dir(&stage)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    for file in files {
        disk.remove_file(&file)?;
    }
    disk.remove_folder(&stage)?;
    let own = root.join(FOLDER);
    if is_empty(&own) {
        disk.remove_folder(&own)
    } else {
        Ok(())
    }
}

/// The folders above a path that are not there, outer before inner.
pub(super) fn missing_above(target: &Path) -> Vec<PathBuf> {
    let missing = target.ancestors().skip(1);
    let missing = missing.take_while(|folder| fs::symlink_metadata(folder).is_err());
    let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
    missing.reverse();
    missing
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn remove_if_there(path: &Path, disk: &mut dyn Disk) -> io::Result<()> {
    if fs::symlink_metadata(path).is_err() {
        Ok(())
    } else {
        disk.remove_file(path)
    }
}
