//! What a generated service remembers of its generation, in its folder `.cb-gen`: the manifest (what was asked for) and the base
//! (every file as it was generated last, before any edit). Both belong into version control. Nothing here decides what an update does.
//!
//! Invariants: a base without a manifest is no project; what the base holds is what the manifest's hashes say, line endings aside,
//! because version control may change those. `commit` writes a change of all three (files, base, manifest) as one.

pub(crate) mod commit;
mod recover;
mod journal;
pub(crate) mod path;
pub(crate) mod manifest;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::merge;
use crate::templates::Files;
use manifest::Manifest;

/// The folder of cb-gen's own inside a service.
pub(crate) const FOLDER: &str = ".cb-gen";
const BASE: &str = ".cb-gen/base";
pub(crate) const MANIFEST: &str = ".cb-gen/manifest.json";

/// What is remembered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Project {
    pub(crate) manifest: Manifest,
    /// Each file as generated last, by its path in the service.
    pub(crate) base: Files,
}

impl Project {
    /// Reads and checks what the folder `root` remembers; `shown` is its name in errors.
    ///
    /// # Errors
    /// [`Error::NoManifest`], [`Error::Manifest`], [`Error::Base`], [`Error::Pending`]; [`Error::Disk`].
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        if journal::is_pending(root) {
            return Err(Error::Pending(root.to_owned()));
        }
        let manifest =
            Manifest::read(&root.join(MANIFEST))?.ok_or_else(|| Error::NoManifest(root.into()))?;
        let mut found = base(root)?;
        let mut base = Files::new();
        for (path, record) in &manifest.files {
            let wrong = |problem| Error::Base {
                file: root.join(BASE).join(path),
                problem,
            };
            let content = found.remove(path).ok_or_else(|| wrong("is missing"))?;
            if hash(&merge::normal(&content)) != record.sha256 {
                return Err(wrong("is not what cb-gen wrote"));
            }
            base.insert(path.clone(), merge::normal(&content).into_owned());
        }
        Ok(Self { manifest, base })
    }

    /// The changes of `.cb-gen` in `root` that make it remember this; the manifest's is the last.
    ///
    /// # Errors
    /// [`Error::Disk`] when it cannot be read, [`Error::Link`] and its like when it cannot be written safely.
    pub(crate) fn changes(&self, root: &Path) -> Result<Vec<Change>, Error> {
        let found = base(root)?;
        let gone = found.keys().filter(|path| !self.base.contains_key(*path));
        let mut changes = Vec::new();
        for path in self.base.keys().chain(gone) {
            let before = found.get(path);
            let after = self.base.get(path);
            let same = before.map(|before| merge::normal(before))
                == after.map(|after| merge::normal(after));
            if !same {
                changes.push(Change::own(format!("{BASE}/{path}"), before, after));
            }
        }
        let manifest = self.manifest.text().into_bytes();
        let before = read(&root.join(MANIFEST))?;
        if before
            .as_deref()
            .map(|before| merge::normal(before).into_owned())
            != Some(manifest.clone())
        {
            changes.push(Change::own(
                MANIFEST.to_owned(),
                before.as_ref(),
                Some(&manifest),
            ));
        }
        for change in &changes {
            path::inspect(root, &root.join(&change.path))?;
        }
        Ok(changes)
    }
}

/// A file's content, and whether it may be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) bytes: Vec<u8>,
    pub(crate) executable: bool,
}

/// One file that is written or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Inside the folder, with `/`.
    pub(crate) path: String,
    /// What stands there now.
    pub(crate) before: Option<Content>,
    /// What shall stand there; `None` removes it.
    pub(crate) after: Option<Content>,
}

impl Change {
    /// Of a file in `.cb-gen`.
    fn own(path: String, before: Option<&Vec<u8>>, after: Option<&Vec<u8>>) -> Self {
        let content = |bytes: &Vec<u8>| Content {
            bytes: bytes.clone(),
            executable: false,
        };
        Self {
            path,
            before: before.map(content),
            after: after.map(content),
        }
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file's bytes; `None` if there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(Error::disk("read", path)(error)),
    }
}

/// All that stands in the base on the disk, whatever the manifest says.
fn base(root: &Path) -> Result<Files, Error> {
    let mut files = BTreeMap::new();
    let folder = root.join(BASE);
    if folder.is_dir() {
        crate::templates::read_folder(&folder, "", &mut files)
            .map_err(Error::disk("read", &folder))?;
    }
    Ok(files)
}
