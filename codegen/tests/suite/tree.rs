//! A folder as a value: read, written and compared whole. Links are kept as links; an empty folder counts.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use codegen::templates::{Files, Templates};

/// What stands at a path.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Node {
    File(Vec<u8>),
    Link(PathBuf),
    EmptyFolder,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(content) => write!(f, "{:?}", String::from_utf8_lossy(content)),
            Self::Link(to) => write!(f, "-> {}", to.display()),
            Self::EmptyFolder => write!(f, "(empty folder)"),
        }
    }
}

/// Paths inside a folder, with `/`.
pub(crate) type Tree = BTreeMap<String, Node>;

/// What is in a folder; nothing if it is not there.
pub(crate) fn read(folder: &Path) -> io::Result<Tree> {
    let mut tree = Tree::new();
    if folder.exists() {
        collect(folder, "", &mut tree)?;
    }
    Ok(tree)
}

fn collect(folder: &Path, prefix: &str, tree: &mut Tree) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            tree.insert(path, Node::Link(fs::read_link(entry.path())?));
        } else if kind.is_file() {
            tree.insert(path, Node::File(fs::read(entry.path())?));
        } else if fs::read_dir(entry.path())?.next().is_none() {
            tree.insert(path, Node::EmptyFolder);
        } else {
            collect(&entry.path(), &format!("{path}/"), tree)?;
        }
    }
    Ok(())
}

/// Puts all of it into a folder, which is created.
pub(crate) fn write(tree: &Tree, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (path, node) in tree {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        match node {
            Node::File(content) => fs::write(&path, content)?,
            Node::Link(to) => std::os::unix::fs::symlink(to, &path)?,
            Node::EmptyFolder => fs::create_dir(&path)?,
        }
    }
    Ok(())
}

/// A small template for `rust`, so that these tests say nothing about the real one.
pub(crate) fn templates() -> io::Result<Templates> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template/rust");
    let files: Files = read(&folder)?
        .into_iter()
        .filter_map(|(path, node)| match node {
            Node::File(content) => Some((path, content)),
            _ => None,
        })
        .collect();
    Ok(Templates::new([("rust".to_owned(), files)].into()))
}

/// Whether expectations are to be rewritten instead of compared with.
pub(crate) fn bless() -> bool {
    std::env::var_os("CB_BLESS").is_some_and(|value| value == "1")
}
