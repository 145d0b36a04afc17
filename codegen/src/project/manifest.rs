//! `.cb-gen/manifest.json`: what was asked for, which cb-gen answered, and the hash of every file it wrote. The only place in a
//! generated service that names cb-gen's version, so that a mere upgrade changes no other file. Knows no file but its own.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::read;
use crate::error::Error;
use crate::licence::Licence;

/// The version of this format; a higher one was written by a newer cb-gen.
const SCHEMA: u32 = 1;

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    schema: u32,
    /// The version of cb-gen that wrote the base.
    cb_gen: String,
    /// `--service`.
    pub(crate) service: String,
    /// `--lang`.
    pub(crate) language: String,
    /// What else the rendering depends on.
    pub(crate) options: Options,
    /// By path in the service.
    pub(crate) files: BTreeMap<String, Record>,
}

/// What a rendering depends on besides language and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    /// The service is a member of a Cargo workspace around it.
    pub(crate) workspace_member: bool,
    /// `--spdx`.
    #[serde(rename = "spdx", skip_serializing_if = "Option::is_none")]
    pub(crate) licence: Option<Licence>,
}

/// What is remembered of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Of the file in the base, lines ended by LF.
    pub(crate) sha256: String,
    /// An update left a conflict in it that nobody has declared resolved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unresolved: bool,
}

/// The part of a manifest that every version has.
#[derive(Deserialize)]
struct Head {
    schema: u32,
}

impl Manifest {
    /// Written by this cb-gen.
    pub(crate) fn new(service: &str, language: &str, options: Options) -> Self {
        Self {
            schema: SCHEMA,
            cb_gen: env!("CARGO_PKG_VERSION").to_owned(),
            service: service.to_owned(),
            language: language.to_owned(),
            options,
            files: BTreeMap::new(),
        }
    }

    /// `None` if there is no such file.
    ///
    /// # Errors
    /// [`Error::Manifest`] when it cannot be understood.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let Some(bytes) = read(path)? else {
            return Ok(None);
        };
        Self::parse(&bytes)
            .map(Some)
            .map_err(|detail| Error::Manifest {
                path: path.to_owned(),
                detail,
            })
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let head: Head = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if head.schema > SCHEMA {
            return Err(format!(
                "its schema `{}` is newer than this cb-gen, which knows `{SCHEMA}`: use a newer cb-gen",
                head.schema
            ));
        }
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// As the file holds it.
    pub(crate) fn text(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }

    /// The files with a conflict that nobody has declared resolved.
    pub(crate) fn unresolved(&self) -> impl Iterator<Item = &String> {
        let files = self.files.iter().filter(|(_, record)| record.unresolved);
        files.map(|(path, _)| path)
    }

    /// Whether another cb-gen than this one wrote the base.
    pub(crate) fn other_version(&self) -> Option<&str> {
        (self.cb_gen != env!("CARGO_PKG_VERSION")).then_some(self.cb_gen.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Manifest, Options, Record};

    #[test]
    fn what_is_written_is_read() {
        let mut manifest = Manifest::new(
            "funds",
            "rust",
            Options {
                workspace_member: true,
                licence: None,
            },
        );
        for unresolved in [false, true] {
            let record = Record {
                sha256: "ab".to_owned(),
                unresolved,
            };
            manifest.files.insert(format!("{unresolved}"), record);
        }
        let text = manifest.text();
        assert_eq!(Manifest::parse(text.as_bytes()), Ok(manifest));
        assert_eq!(text.matches("unresolved").count(), 1, "{text}");
        assert!(
            text.ends_with("}\n") && text.contains("\n  \"schema\": 1"),
            "{text}"
        );
    }

    #[test]
    fn a_newer_schema_is_refused_whatever_else_it_holds() {
        let error = Manifest::parse(b"{\"schema\": 2}").expect_err("a newer one");
        assert!(
            error.contains("`2` is newer") && error.contains("use a newer cb-gen"),
            "{error}"
        );
    }
}
