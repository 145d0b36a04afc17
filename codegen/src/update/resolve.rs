//! `cb-gen resolve`: the user has decided what a file in conflict shall be, and says so. Changes the manifest alone.

use std::path::Path;

use super::real;
use crate::disk::Disk;
use crate::error::Error;
use crate::merge;
use crate::project::{Project, commit, read};

/// Declares conflicts of the service in `folder` resolved: those of `files`, or all of them; returns their paths.
///
/// # Errors
/// [`Error::MarkersLeft`] and [`Error::NoConflict`], in which case no file is declared resolved; those of reading and writing.
pub fn resolve(folder: &Path, files: &[String], disk: &mut dyn Disk) -> Result<Vec<String>, Error> {
    let root = real(folder);
    commit::recover(&root, disk)?;
    let mut project = Project::read(&root)?;
    let waiting: Vec<_> = project.manifest.unresolved().cloned().collect();
    let asked: Vec<_> = files
        .iter()
        .map(|file| file.trim_start_matches("./").to_owned())
        .collect();
    if let Some(other) = asked.iter().find(|file| !waiting.contains(file)) {
        return Err(Error::NoConflict(other.clone()));
    }
    let resolved = if asked.is_empty() { waiting } else { asked };
    let mut left = Vec::new();
    for path in &resolved {
        let content = read(&root.join(path))?.unwrap_or_default();
        let base = project
            .base
            .get(path)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if merge::has_markers(&content, base) {
            left.push(path.clone());
        }
    }
    if !left.is_empty() {
        return Err(Error::MarkersLeft(left));
    }
    for path in &resolved {
        if let Some(record) = project.manifest.files.get_mut(path) {
            record.unresolved = false;
        }
    }
    commit::apply(&root, &project.changes(&root)?, disk)?;
    Ok(resolved)
}
