//! The real program, killed by SIGKILL at random moments of an update of some dozen files: the next run ends where an undisturbed one
//! does, with all that the user wrote. `CB_KILLS=200` for the long run.
//!
//! Most of an update's time goes by before its first write. So every second moment is drawn from the whole run, and every other from
//! the span that begins when the stage is seen; the test prints where the kills landed.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::random::{Random, times};
use crate::tree::{self, Node, Tree};
use crate::update;

const FILES: usize = 60;

fn text(first: &str, last: &str) -> String {
    let middle: String = (0..40).map(|i| format!("line {i}\n")).collect();
    format!("{first}\n{middle}{last}\n")
}

/// The newer templates, in a folder as `--templates` takes it.
fn newer() -> Tree {
    let file = |i| {
        (
            format!("rust/src/a{i}.rs"),
            Node::File(text("theirs", "last").into_bytes()),
        )
    };
    (0..FILES).map(file).collect()
}

/// A service of the older templates; its user has edited every second file at its end.
fn start() -> io::Result<Tree> {
    let paths: Vec<_> = (0..FILES + 20).map(|i| format!("src/a{i}.rs")).collect();
    let files: Vec<_> = paths
        .iter()
        .map(|path| (path.as_str(), text("first", "last")))
        .collect();
    let root = tempfile::tempdir()?;
    update::generate(root.path(), &update::templates(&files))?;
    let mut tree = tree::read(root.path())?;
    for path in paths.iter().step_by(2).take(FILES / 2) {
        let edited = text("first", &format!("mine in {path}"));
        tree.insert(path.clone(), Node::File(edited.into_bytes()));
    }
    Ok(tree)
}

fn program(templates: &Path, project: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
    command.arg("update").arg("--templates").arg(templates);
    command
        .current_dir(project)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// What an undisturbed run took and made.
struct Undisturbed {
    whole: Duration,
    /// From the first write that can be seen to the end.
    writing: Duration,
    goal: Tree,
}

fn undisturbed(templates: &Path, start: &Tree) -> io::Result<Undisturbed> {
    let root = tempfile::tempdir()?;
    tree::write(start, root.path())?;
    let began = Instant::now();
    let mut child = program(templates, root.path()).spawn()?;
    wait_for_stage(&mut child, root.path())?;
    let seen = Instant::now();
    assert!(child.wait()?.success());
    Ok(Undisturbed {
        whole: began.elapsed(),
        writing: seen.elapsed(),
        goal: tree::read(root.path())?,
    })
}

/// Returns when the run has begun to write, or has ended.
fn wait_for_stage(child: &mut Child, project: &Path) -> io::Result<()> {
    let stage = project.join(".cb-gen/stage");
    while child.try_wait()?.is_none() && !stage.exists() {
        std::thread::yield_now();
    }
    Ok(())
}

/// How far a run had come when it was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Landed {
    BeforeAnyWrite,
    WhileStaging,
    BetweenReplacements,
    AfterTheLastWrite,
}

fn landed(project: &Path, start: &Tree) -> io::Result<Landed> {
    let stage = project.join(".cb-gen/stage");
    Ok(match () {
        () if stage.join("journal.json").exists() => Landed::BetweenReplacements,
        () if stage.exists() => Landed::WhileStaging,
        () if tree::read(project)? == *start => Landed::BeforeAnyWrite,
        () => Landed::AfterTheLastWrite,
    })
}

/// Kills a run at a moment that the seed decides.
fn kill(seed: u64, templates: &Path, project: &Path, times: &Undisturbed) -> io::Result<()> {
    let share = Random::new(seed).below(1000) as f64 / 1000.0;
    let mut child = program(templates, project).spawn()?;
    let span = if seed.is_multiple_of(2) {
        times.whole
    } else {
        wait_for_stage(&mut child, project)?;
        times.writing
    };
    // The moment is what is random here; nothing waits for anything.
    std::thread::sleep(span.mul_f64(share));
    child.kill()?;
    child.wait().map(drop)
}

/// The service `start` with the newer templates, and the run that nothing disturbs.
fn stage() -> io::Result<(tempfile::TempDir, Tree, Undisturbed)> {
    let templates = tempfile::tempdir()?;
    tree::write(&newer(), templates.path())?;
    let start = start()?;
    let times = undisturbed(templates.path(), &start)?;
    Ok((templates, start, times))
}

#[test]
fn a_kill_at_any_moment_loses_nothing() -> io::Result<()> {
    let count = times("CB_KILLS", 20);
    let (templates, start, times) = stage()?;
    let mine = |i| {
        let merged = text("theirs", &format!("mine in src/a{i}.rs"));
        times.goal.get(&format!("src/a{i}.rs")) == Some(&Node::File(merged.into_bytes()))
    };
    assert!(
        (0..FILES).step_by(2).all(mine),
        "the user's edits are not in it"
    );
    let mut tally = BTreeMap::<_, u64>::new();
    for seed in 0..count {
        let root = tempfile::tempdir()?;
        tree::write(&start, root.path())?;
        kill(seed, templates.path(), root.path(), &times)?;
        *tally.entry(landed(root.path(), &start)?).or_default() += 1;
        assert!(
            program(templates.path(), root.path()).status()?.success(),
            "seed {seed}"
        );
        assert!(
            tree::read(root.path())? == times.goal,
            "seed {seed}: another end"
        );
    }
    println!(
        "{count} kills of runs of {:?}, {:?} of it writing: {tally:?}",
        times.whole, times.writing
    );
    assert!(
        tally
            .keys()
            .any(|landed| *landed != Landed::AfterTheLastWrite),
        "no run was killed before its end"
    );
    Ok(())
}

/// What a kill would leave of a program that wrote the base and the manifest before the files: the check above must see that.
#[test]
fn a_manifest_written_first_is_caught() -> io::Result<()> {
    let (templates, mut left, times) = stage()?;
    let memory = |path: &String| path.starts_with(".cb-gen");
    left.retain(|path, _| !memory(path));
    let new = times.goal.iter().filter(|(path, _)| memory(path));
    left.extend(new.map(|(path, node)| (path.clone(), node.clone())));
    let root = tempfile::tempdir()?;
    tree::write(&left, root.path())?;
    assert!(program(templates.path(), root.path()).status()?.success());
    assert!(
        tree::read(root.path())? != times.goal,
        "files that were never updated pass for updated"
    );
    Ok(())
}
