//! Whether a path inside a service's folder can be written safely: never through a link that leads out of it, never where a folder
//! stands. Reads, never writes.

use std::fs::{self, Metadata};
use std::path::Path;

use super::Content;
use crate::disk;
use crate::error::Error;

/// What stands at `target`, if it may be replaced.
///
/// # Errors
/// As [`inspect`], and [`Error::Link`] when it is a link itself; [`Error::Disk`] when it cannot be read.
pub(crate) fn replaceable(out: &Path, target: &Path) -> Result<Option<Content>, Error> {
    let Some((content, metadata)) = content(out, target)? else {
        return Ok(None);
    };
    if metadata.is_symlink() {
        return Err(Error::Link {
            path: target.to_owned(),
            problem: "that would be replaced by a file",
        });
    }
    Ok(Some(content))
}

/// What stands at `target`, read through links, with the metadata of the target itself.
///
/// # Errors
/// As [`inspect`]; [`Error::Disk`] when it cannot be read.
pub(crate) fn content(out: &Path, target: &Path) -> Result<Option<(Content, Metadata)>, Error> {
    let Some(metadata) = inspect(out, target)? else {
        return Ok(None);
    };
    let bytes = fs::read(target).map_err(Error::disk("read", target))?;
    let executable = disk::is_executable(&metadata);
    Ok(Some((Content { bytes, executable }, metadata)))
}

/// Looks at every step of the way from `out` to `target`; the metadata is that of the target itself, if it exists.
///
/// # Errors
/// [`Error::NotAFolder`], [`Error::IsAFolder`], [`Error::Link`].
pub(crate) fn inspect(out: &Path, target: &Path) -> Result<Option<Metadata>, Error> {
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
