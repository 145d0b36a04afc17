//! The files of the project as text, in memory. Reading the disk happens here and nowhere else in `tidy`.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use super::source::Source;

/// What holds build products or other people's files (`.git` is a file in a worktree).
const SKIPPED: &[&str] = &[
    "target",
    ".git",
    ".terraform",
    "node_modules",
    ".venv",
    "__pycache__",
];

/// Every text file by its path inside the project (with `/`), and its Rust sources lexed.
#[derive(Clone)]
pub struct Tree {
    files: BTreeMap<String, String>,
    rust: Vec<Source>,
}

impl Tree {
    /// A tree of the given files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::new(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    /// The files under `root`; those that are not UTF-8 are left out.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        collect(root, "", &mut files)?;
        Ok(Self::new(files))
    }

    /// The same tree with one file added or replaced.
    pub fn with(&self, path: &str, text: &str) -> Self {
        let mut tree = self.clone();
        tree.files.insert(path.to_owned(), text.to_owned());
        tree.rust.retain(|source| source.path != path);
        if is_rust(path) {
            tree.rust.push(Source::lex(path, text));
        }
        tree
    }

    fn new(files: BTreeMap<String, String>) -> Self {
        let rust = files
            .iter()
            .filter(|(path, _)| is_rust(path))
            .map(|(path, text)| Source::lex(path, text))
            .collect();
        Self { files, rust }
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every file.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every Rust source, templates of Rust sources included.
    pub(super) fn rust(&self) -> &[Source] {
        &self.rust
    }
}

/// Sources of the project; what a case holds as data is not one.
fn is_rust(path: &str) -> bool {
    (path.ends_with(".rs") || path.ends_with(".rs.hbs"))
        && !path.starts_with("codegen/tests/cases/")
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file()
            && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
        {
            files.insert(path, text);
        }
    }
    Ok(())
}
