//! After a kill: a run with a journal is finished, a stage without one is swept away. Whoever edited a file between the kill and now
//! keeps the edit: if that file's turn had not come, it is left out, base and manifest with it, and the next update merges it.
//! Every step may itself be cut off and begun again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::commit::{missing_above, prune, put, sweep};
use super::journal::{self, Journal, STAGE, Step};
use super::manifest::Manifest;
use super::{BASE, FOLDER, MANIFEST, read};
use crate::disk::Disk;
use crate::error::Error;

pub(super) fn finish(root: &Path, disk: &mut dyn Disk) -> Result<(), Error> {
    let stage = root.join(STAGE);
    if let Some(journal) = Journal::read(root)? {
        leave_out(root, &journal, disk)?;
        for (number, step) in journal.steps.iter().enumerate() {
            if is_due(root, number, step)? {
                let target = root.join(&step.path);
                for folder in missing_above(&target) {
                    let created = disk.create_folder(&folder);
                    created.map_err(Error::disk("create the folder", &folder))?;
                }
                put(root, (number, step), disk)?;
            }
        }
        prune(root, &journal, disk)?;
        let path = journal::at(root);
        disk.remove_file(&path)
            .map_err(Error::disk("remove", &path))?;
    }
    sweep(root, disk).map_err(Error::disk("remove", &stage))
}

/// Whether a step is still to be done.
fn is_due(root: &Path, number: usize, step: &Step) -> Result<bool, Error> {
    if step.after.is_some() {
        return Ok(journal::staged(root, number).exists());
    }
    let now = read(&root.join(&step.path))?;
    Ok(now.is_some() && !step.is_foreign(now.as_deref()))
}

/// Takes the files out of the run that were edited before their turn came. The manifest goes first: what it does not say is not so.
fn leave_out(root: &Path, journal: &Journal, disk: &mut dyn Disk) -> Result<(), Error> {
    let mut edited = BTreeSet::new();
    for (number, step) in journal.steps.iter().enumerate() {
        let waits = step.after.is_some() && journal::staged(root, number).exists();
        let own = step.path.starts_with(FOLDER);
        if waits && !own && step.is_foreign(read(&root.join(&step.path))?.as_deref()) {
            edited.insert(step.path.as_str());
        }
    }
    if edited.is_empty() {
        return Ok(());
    }
    keep_records(root, journal, &edited, disk)?;
    let of_edited = |step: &Step| {
        let in_base = step
            .path
            .strip_prefix(BASE)
            .map(|path| path.trim_start_matches('/'));
        edited.contains(in_base.unwrap_or(&step.path))
    };
    // The base's before the file's own: what was begun shows that it was.
    for (number, _) in journal
        .steps
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, step)| of_edited(step))
    {
        let staged = journal::staged(root, number);
        if staged.exists() {
            disk.remove_file(&staged)
                .map_err(Error::disk("remove", &staged))?;
        }
    }
    Ok(())
}

/// Gives the waiting manifest the old records of the files left out.
fn keep_records(
    root: &Path,
    journal: &Journal,
    edited: &BTreeSet<&str>,
    disk: &mut dyn Disk,
) -> Result<(), Error> {
    let Some(number) = journal.steps.iter().position(|step| step.path == MANIFEST) else {
        return Ok(());
    };
    let staged = journal::staged(root, number);
    let old = Manifest::read(&root.join(MANIFEST))?;
    let Some(mut new) = Manifest::read(&staged)? else {
        return Ok(());
    };
    for path in edited {
        let record = old.as_ref().and_then(|old| old.files.get(*path));
        match record {
            Some(record) => new.files.insert((*path).to_owned(), record.clone()),
            None => new.files.remove(*path),
        };
    }
    let patched = staged.with_extension("patched");
    if fs::symlink_metadata(&patched).is_ok() {
        disk.remove_file(&patched)
            .map_err(Error::disk("remove", &patched))?;
    }
    disk.write(&patched, new.text().as_bytes(), false)
        .and_then(|()| disk.rename(&patched, &staged))
        .map_err(Error::disk("write", &staged))
}
