//! The record of ejected templates, `ejected.json`: for each the hash of the built-in template that it was copied from, and the version
//! of cb-gen that had it. Meant to be committed with the templates.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::templates::RECORD;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// By `LANGUAGE/PATH`.
    pub(super) files: BTreeMap<String, Origin>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origin {
    /// Of the built-in template, lower-case hex.
    pub(super) sha256: String,
    /// Version of cb-gen.
    cb_gen: String,
}

impl Record {
    /// That of a folder, if it has one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(RECORD);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Unreadable { path, source }),
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| Error::Record {
                path,
                detail: error.to_string(),
            })
    }

    pub(super) fn note(&mut self, template: &str, sha256: String) {
        let unchanged = |origin: &Origin| origin.sha256 == sha256;
        if !self.files.get(template).is_some_and(unchanged) {
            let cb_gen = env!("CARGO_PKG_VERSION").to_owned();
            self.files
                .insert(template.to_owned(), Origin { sha256, cb_gen });
        }
    }

    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        text + "\n"
    }
}
