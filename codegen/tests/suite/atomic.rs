//! All or nothing: whichever single operation fails, the folder is as before; wherever the program is killed, every file is whole
//! and the same command can be run again.

use std::io;
use std::path::Path;

use codegen::disk::{Disk, RealDisk};
use codegen::error::Error;
use codegen::scaffold::{self, Report, Request};

use crate::tree::{self, Node, Tree};

/// What becomes of the operations once the chosen one has failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// They succeed: the program undoes what it did.
    Recovers,
    /// Nothing more reaches the disk: the program was killed.
    Killed,
    /// It was.
    Dead,
}

/// A disk that fails at one operation; a failing write leaves half of its content.
pub(crate) struct Failing {
    pub(crate) left: usize,
    pub(crate) then: Then,
}

impl Failing {
    fn step(&mut self) -> io::Result<()> {
        if self.left == 0 {
            match self.then {
                Then::Recovers => self.left = usize::MAX,
                Then::Killed | Then::Dead => self.then = Then::Dead,
            }
            return Err(io::Error::other("no space left"));
        }
        self.left -= 1;
        Ok(())
    }
}

impl Disk for Failing {
    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.create_folder(path))
    }

    fn write(&mut self, path: &Path, content: &[u8], executable: bool) -> io::Result<()> {
        let first = self.left == 0 && self.then != Then::Dead && !path.exists();
        if let Err(error) = self.step() {
            let half = &content[..content.len() / 2];
            return if first {
                RealDisk.write(path, half, executable).and(Err(error))
            } else {
                Err(error)
            };
        }
        RealDisk.write(path, content, executable)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.rename(from, to))
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.remove_file(path))
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.remove_folder(path))
    }
}

fn scaffold(folder: &Path, force: bool, disk: &mut dyn Disk) -> io::Result<Result<Report, Error>> {
    let request = Request {
        service: "funds".to_owned(),
        language: None,
        out: Some("services/funds".into()),
        folder: folder.to_owned(),
        licence: None,
        dry_run: false,
        force,
        adopt: false,
    };
    Ok(scaffold::run(&request, &tree::templates()?, disk))
}

/// Starting points: nothing there; a service that was edited everywhere, with what a killed run left behind.
fn starts() -> io::Result<Vec<(bool, Tree)>> {
    let file = |text: &str| Node::File(text.as_bytes().to_vec());
    let edited = [
        ("services/funds/Cargo.toml", file("mine")),
        ("services/funds/src/main.rs", file("//! mine")),
        ("services/funds/src/hooks.rs", file("//! my hooks")),
        ("services/funds/.cb-gen/stage/0", file("left behind")),
        ("services/funds/notes", file("mine")),
        ("services/empty", Node::EmptyFolder),
    ];
    Ok(vec![
        (false, Tree::new()),
        (
            true,
            edited.map(|(path, node)| (path.to_owned(), node)).into(),
        ),
    ])
}

/// Runs on a fresh copy of `start` with a disk that fails at operation `n`; `None` when there are fewer operations.
fn fail_at(
    n: usize,
    then: Then,
    force: bool,
    start: &Tree,
) -> io::Result<Option<(tempfile::TempDir, Error)>> {
    let root = tempfile::tempdir()?;
    tree::write(start, root.path())?;
    let result = scaffold(root.path(), force, &mut Failing { left: n, then })?;
    Ok(result.err().map(|error| (root, error)))
}

fn is_temporary(path: &str) -> bool {
    path.contains("/.cb-gen/stage")
}

/// What a killed run leaves is not missed.
fn without_stage(tree: Tree) -> Tree {
    let kept = tree.into_iter();
    kept.filter(|(path, _)| !path.contains("/.cb-gen"))
        .collect()
}

/// What an undisturbed run makes of `start`.
fn goal(force: bool, start: &Tree) -> io::Result<Tree> {
    let root = tempfile::tempdir()?;
    tree::write(start, root.path())?;
    scaffold(root.path(), force, &mut RealDisk)?.map_err(io::Error::other)?;
    tree::read(root.path())
}

#[test]
fn a_failure_anywhere_leaves_everything_as_it_was() -> io::Result<()> {
    for (force, start) in starts()? {
        let mut n = 0;
        while let Some((root, error)) = fail_at(n, Then::Recovers, force, &start)? {
            let found = tree::read(root.path())?;
            if matches!(error, Error::Interrupted(_)) {
                // Sweeping away what a killed run left is no part of the run.
                assert_eq!(
                    without_stage(found),
                    without_stage(start.clone()),
                    "operation {n}"
                );
                n += 1;
                continue;
            }
            let text = error.to_string();
            assert!(
                text.contains("no space left; the folder is as it was"),
                "operation {n}: {text}"
            );
            assert_eq!(found, without_stage(start.clone()), "operation {n}");
            n += 1;
        }
        assert!(n >= 5, "only {n} operations were seen");
    }
    Ok(())
}

#[test]
fn after_a_kill_anywhere_every_file_is_whole_and_the_command_runs_again() -> io::Result<()> {
    for (force, start) in starts()? {
        let goal = goal(force, &start)?;
        let mut n = 0;
        while let Some((root, _)) = fail_at(n, Then::Killed, force, &start)? {
            for (path, node) in tree::read(root.path())?
                .iter()
                .filter(|(path, _)| !is_temporary(path))
            {
                let whole = *node == Node::EmptyFolder
                    || Some(node) == start.get(path)
                    || Some(node) == goal.get(path);
                assert!(whole, "operation {n} left {path} as {node:?}");
            }
            scaffold(root.path(), force, &mut RealDisk)?.map_err(io::Error::other)?;
            assert_eq!(
                tree::read(root.path())?,
                goal,
                "run again after a kill at operation {n}"
            );
            n += 1;
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_undone_is_said() -> io::Result<()> {
    let start = Tree::new();
    let last = (0..).find_map(|n| {
        fail_at(n, Then::Killed, false, &start)
            .map(|found| found.is_none().then_some(n))
            .transpose()
    });
    let last = last.transpose()?.unwrap_or_default() - 1;
    let Some((_, error)) = fail_at(last, Then::Killed, false, &start)? else {
        unreachable!("operation {last} fails")
    };
    assert!(matches!(error, Error::HalfUndone { .. }));
    assert!(
        error.to_string().contains("services/funds/Cargo.toml"),
        "{error}"
    );
    Ok(())
}
