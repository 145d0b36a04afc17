//! `update`, killed and failing at every single operation: afterwards every file is whole, the same command leads to the same end, and
//! what the user wrote is in it. A journal that is not there when it is needed would be noticed.

use std::io;
use std::path::Path;

use codegen::disk::{Disk, RealDisk};
use codegen::error::Error;
use codegen::scaffold::{self, Request};
use codegen::templates::{Files, Templates};
use codegen::update::{self, Outlook};

use crate::atomic::{Failing, Then};
use crate::tree::{self, Node, Tree};

/// A language of one text per path.
pub(crate) fn templates(files: &[(&str, String)]) -> Templates {
    let files: Files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes()))
        .collect();
    Templates::new([("rust".to_owned(), files)].into())
}

fn lines(first: &str, last: &str) -> String {
    format!("{first}\n2\n3\n4\n{last}\n")
}

/// As generated first, and by a newer cb-gen.
fn versions() -> (Templates, Templates) {
    let hooks = ("src/hooks.rs", "hooks\n".to_owned());
    let before = templates(&[
        ("gone/orphan.rs", lines("1", "5")),
        ("src/conflict.rs", lines("1", "5")),
        ("src/merge.rs", lines("1", "5")),
        ("src/update.rs", lines("1", "5")),
        hooks.clone(),
    ]);
    let after = templates(&[
        ("new/create.rs", lines("1", "5")),
        ("src/conflict.rs", lines("theirs", "5")),
        ("src/merge.rs", lines("theirs", "5")),
        ("src/update.rs", lines("theirs", "5")),
        hooks,
    ]);
    (before, after)
}

/// A service in the folder, as `templates` make it.
pub(crate) fn generate(folder: &Path, templates: &Templates) -> io::Result<()> {
    let request = Request {
        service: "funds".to_owned(),
        language: None,
        out: Some(".".into()),
        folder: folder.to_owned(),
        dry_run: false,
        force: false,
        licence: None,
        adopt: false,
    };
    let report = scaffold::run(&request, templates, &mut RealDisk);
    report.map(|_| ()).map_err(io::Error::other)
}

/// A service of the first version that its user has edited.
fn start() -> io::Result<Tree> {
    let root = tempfile::tempdir()?;
    generate(root.path(), &versions().0)?;
    let mut tree = tree::read(root.path())?;
    for (path, text) in [
        ("src/merge.rs", lines("1", "mine")),
        ("src/conflict.rs", lines("mine", "5")),
        ("src/hooks.rs", "my hooks\n".to_owned()),
        ("notes", "mine\n".to_owned()),
    ] {
        tree.insert(path.to_owned(), Node::File(text.into_bytes()));
    }
    Ok(tree)
}

fn run(folder: &Path, disk: &mut dyn Disk) -> Result<Outlook, Error> {
    update::run(folder, &versions().1, disk)
}

/// The same with a run that found nothing but conflicts left to resolve.
fn again(folder: &Path) -> io::Result<()> {
    match run(folder, &mut RealDisk) {
        Ok(_) | Err(Error::Unresolved(_)) => Ok(()),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn undisturbed(start: &Tree) -> io::Result<Tree> {
    let root = tempfile::tempdir()?;
    tree::write(start, root.path())?;
    run(root.path(), &mut RealDisk).map_err(io::Error::other)?;
    tree::read(root.path())
}

#[test]
fn an_update_does_all_it_should() -> io::Result<()> {
    let goal = undisturbed(&start()?)?;
    let text = |path: &str| match goal.get(path) {
        Some(Node::File(content)) => String::from_utf8_lossy(content).into_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(text("src/merge.rs"), lines("theirs", "mine"));
    assert_eq!(text("src/update.rs"), lines("theirs", "5"));
    assert_eq!(text("src/hooks.rs"), "my hooks\n");
    assert_eq!(text("new/create.rs"), lines("1", "5"));
    assert_eq!(text("notes"), "mine\n");
    assert!(text("src/conflict.rs").starts_with("<<<<<<< ours\nmine\n||||||| original\n1\n"));
    let gone: Vec<_> = goal
        .keys()
        .filter(|path| path.contains("gone") || path.contains("stage"))
        .collect();
    assert!(gone.is_empty(), "{gone:?}");
    Ok(())
}

#[test]
fn a_failure_anywhere_leaves_everything_as_it_was() -> io::Result<()> {
    let start = start()?;
    for n in 0.. {
        let root = tempfile::tempdir()?;
        tree::write(&start, root.path())?;
        let Err(error) = run(
            root.path(),
            &mut Failing {
                left: n,
                then: Then::Recovers,
            },
        ) else {
            assert!(n > 20, "only {n} operations were seen");
            break;
        };
        assert!(
            matches!(error, Error::Disk { .. }),
            "operation {n}: {error}"
        );
        assert_eq!(
            tree::read(root.path())?,
            start,
            "after operation {n} failed"
        );
    }
    Ok(())
}

/// Kills a run at each operation in turn and runs it again, on a disk that `wrap` makes of one; the operations after which the end is
/// another.
fn lost(wrap: fn(Failing) -> Box<dyn Disk>) -> io::Result<Vec<usize>> {
    let start = start()?;
    let goal = undisturbed(&start)?;
    let mut lost = Vec::new();
    for n in 0.. {
        let root = tempfile::tempdir()?;
        tree::write(&start, root.path())?;
        let mut disk = wrap(Failing {
            left: n,
            then: Then::Killed,
        });
        if run(root.path(), disk.as_mut()).is_ok() {
            break;
        }
        if again(root.path()).is_err() || tree::read(root.path())? != goal {
            lost.push(n);
        }
    }
    Ok(lost)
}

#[test]
fn after_a_kill_anywhere_the_command_leads_to_the_same_end() -> io::Result<()> {
    let lost = lost(|disk| Box::new(disk))?;
    assert!(lost.is_empty(), "{lost:?}");
    Ok(())
}

/// A mutant: the journal reaches no disk.
struct NoJournal(Failing);

impl Disk for NoJournal {
    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        self.0.create_folder(path)
    }

    fn write(&mut self, path: &Path, content: &[u8], executable: bool) -> io::Result<()> {
        self.0.write(path, content, executable)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        if to.ends_with("journal.json") {
            return self.0.remove_file(from);
        }
        self.0.rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        if path.ends_with("journal.json") {
            return Ok(());
        }
        self.0.remove_file(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.0.remove_folder(path)
    }
}

/// A mutant: no journal, and the manifest is in place before the files are.
struct ManifestFirst(NoJournal);

impl Disk for ManifestFirst {
    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        self.0.create_folder(path)
    }

    fn write(&mut self, path: &Path, content: &[u8], executable: bool) -> io::Result<()> {
        if String::from_utf8_lossy(content).contains("\"cb_gen\"") {
            let manifest = path.with_file_name("../manifest.json");
            self.0.write(path, content, executable)?;
            return self.0.rename(path, &manifest);
        }
        self.0.write(path, content, executable)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        if to.ends_with("manifest.json") {
            return Ok(());
        }
        self.0.rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.0.remove_file(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.0.remove_folder(path)
    }
}

#[test]
fn a_run_without_journal_or_with_the_manifest_first_is_caught() -> io::Result<()> {
    assert!(!lost(|disk| Box::new(NoJournal(disk)))?.is_empty());
    assert!(!lost(|disk| Box::new(ManifestFirst(NoJournal(disk))))?.is_empty());
    Ok(())
}

#[test]
fn an_edit_between_a_kill_and_the_next_run_is_kept() -> io::Result<()> {
    let start = start()?;
    let edit = lines("1", "mine, and more");
    let merged = lines("theirs", "mine, and more");
    for n in 0.. {
        let root = tempfile::tempdir()?;
        tree::write(&start, root.path())?;
        if run(
            root.path(),
            &mut Failing {
                left: n,
                then: Then::Killed,
            },
        )
        .is_ok()
        {
            break;
        }
        let path = root.path().join("src/merge.rs");
        if std::fs::read_to_string(&path)? == lines("theirs", "mine") {
            // Its turn had come: the edit is one of the merged file.
            std::fs::write(&path, &merged)?;
        } else {
            std::fs::write(&path, &edit)?;
        }
        again(root.path())?;
        // What was left out waits until the conflict elsewhere is resolved.
        std::fs::write(root.path().join("src/conflict.rs"), lines("mine", "5"))?;
        update::resolve(root.path(), &[], &mut RealDisk).map_err(io::Error::other)?;
        run(root.path(), &mut RealDisk).map_err(io::Error::other)?;
        assert_eq!(std::fs::read_to_string(&path)?, merged, "operation {n}");
    }
    Ok(())
}
