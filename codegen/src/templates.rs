//! The files of every language's scaffold: those built into the program, or those of a folder. Nothing is rendered here.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::error::Error;
use crate::lang::LANGUAGES;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Beside the folders of the languages: says that `templates eject` made them, and of what.
pub(crate) const RECORD: &str = "ejected.json";

/// Path inside a language's folder, with `/`, to content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The files of each language by its name; a language without a row cannot be written.
#[derive(Debug, Clone, Default)]
pub struct Templates(BTreeMap<String, Files>);

impl Templates {
    /// Those built into this program.
    pub fn embedded() -> Self {
        let languages = EMBEDDED.dirs().map(|language| {
            let mut files = Files::new();
            collect(language, language, &mut files);
            (language.path().display().to_string(), files)
        });
        Self(languages.collect())
    }

    /// Those given, by the name of their language.
    pub fn new(languages: BTreeMap<String, Files>) -> Self {
        Self(languages)
    }

    /// These, but each language that has a folder of its name in `folder` has the files of that folder, and no others. Ejected
    /// templates may be a few: they replace these one by one.
    ///
    /// # Errors
    /// [`Error::Templates`] when the folder cannot be read, or names no language.
    pub fn from_folder(mut self, folder: &Path) -> Result<Self, Error> {
        let wrong = |detail: String| Error::Templates {
            folder: folder.to_owned(),
            detail,
        };
        let over = folder.join(RECORD).is_file();
        let mut found = false;
        for language in LANGUAGES {
            let own = folder.join(language.name);
            if own.is_dir() {
                let below = self.0.remove(language.name).filter(|_| over);
                let mut files = below.unwrap_or_default();
                read_folder(&own, "", &mut files).map_err(|error| wrong(error.to_string()))?;
                self.0.insert(language.name.to_owned(), files);
                found = true;
            }
        }
        if found {
            Ok(self)
        } else {
            Err(wrong(
                "it holds no folder named after a language".to_owned(),
            ))
        }
    }

    /// The files of one language.
    pub fn of(&self, language: &str) -> Option<&Files> {
        self.0.get(language)
    }
}

/// All files below a folder of the disk, links followed, by their path in it after `prefix`.
pub(crate) fn read_folder(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| {
            let text = format!("the name `{}` is no text", name.display());
            io::Error::new(io::ErrorKind::InvalidData, text)
        })?;
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn collect(root: &Dir<'_>, folder: &Dir<'_>, files: &mut Files) {
    for file in folder.files() {
        let parts = file
            .path()
            .strip_prefix(root.path())
            .into_iter()
            .flat_map(|path| path.iter());
        let path: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
        files.insert(path.join("/"), file.contents().to_vec());
    }
    for inner in folder.dirs() {
        collect(root, inner, files);
    }
}
