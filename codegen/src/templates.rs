//! The files of every language's scaffold: those built into the program, or those a test brings. Nothing is rendered here.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

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

    /// The files of one language.
    pub fn of(&self, language: &str) -> Option<&Files> {
        self.0.get(language)
    }
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
