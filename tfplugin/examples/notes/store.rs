//! The directory of notes, which plays the remote API.

use serde_json::Value as Json;
use std::{fs, io, path::PathBuf};
use tfplugin::Diagnostic;

/// A directory of JSON files, or none while it is not known.
pub(crate) struct Store(Option<PathBuf>);

impl Store {
    pub(crate) fn at(directory: String) -> Self {
        Self(Some(directory.into()))
    }

    pub(crate) fn nowhere() -> Self {
        Self(None)
    }

    fn file(&self, id: &str) -> Result<PathBuf, Diagnostic> {
        let directory = self
            .0
            .as_ref()
            .ok_or_else(|| Diagnostic::error("The directory is not known yet"))?;
        Ok(directory.join(format!("{id}.json")))
    }

    /// A note, or `None` when there is no such note.
    pub(crate) fn get(&self, id: &str) -> Result<Option<Json>, Diagnostic> {
        match fs::read(self.file(id)?) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| failed("read", id, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", id, &error)),
        }
    }

    pub(crate) fn put(&self, id: &str, note: &Json) -> Result<(), Diagnostic> {
        fs::write(self.file(id)?, note.to_string()).map_err(|error| failed("write", id, &error))
    }

    pub(crate) fn remove(&self, id: &str) -> Result<(), Diagnostic> {
        match fs::remove_file(self.file(id)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("delete", id, &error))
            }
            _ => Ok(()),
        }
    }
}

fn failed(what: &str, id: &str, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::error(format!("Cannot {what} the note")).detail(format!("Note `{id}`: {error}."))
}
