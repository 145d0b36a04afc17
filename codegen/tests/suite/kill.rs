//! The real program, killed by SIGKILL at random moments of an update of some hundred files: the next run ends where an undisturbed one
//! does, with all that the user wrote. `CB_KILLS=200` for the long run.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::random::{Random, times};
use crate::tree::{self, Node, Tree};
use crate::update;

const FILES: usize = 200;

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
    command.current_dir(project).stdout(Stdio::null());
    command
}

/// An undisturbed run: how long it took and what it made.
fn undisturbed(templates: &Path, start: &Tree) -> io::Result<(Duration, Tree)> {
    let root = tempfile::tempdir()?;
    tree::write(start, root.path())?;
    let began = Instant::now();
    assert!(program(templates, root.path()).status()?.success());
    Ok((began.elapsed(), tree::read(root.path())?))
}

#[test]
fn a_kill_at_any_moment_loses_nothing() -> io::Result<()> {
    let count = times("CB_KILLS", 20);
    let templates = tempfile::tempdir()?;
    tree::write(&newer(), templates.path())?;
    let start = start()?;
    let (took, goal) = undisturbed(templates.path(), &start)?;
    let mine = |i| {
        goal.get(&format!("src/a{i}.rs"))
            == Some(&Node::File(
                text("theirs", &format!("mine in src/a{i}.rs")).into_bytes(),
            ))
    };
    assert!(
        (0..FILES).step_by(2).all(mine),
        "the user's edits are not in it"
    );
    let (mut killed, mut staged, mut begun) = (0, 0, 0);
    for seed in 0..count {
        let root = tempfile::tempdir()?;
        tree::write(&start, root.path())?;
        // The moment is what is random here; nothing waits for anything.
        let moment = took.mul_f64(Random::new(seed).below(1000) as f64 / 1000.0);
        let mut child = program(templates.path(), root.path()).spawn()?;
        std::thread::sleep(moment);
        child.kill()?;
        killed += u64::from(!child.wait()?.success());
        let stage = root.path().join(".cb-gen/stage");
        begun += u64::from(stage.join("journal.json").exists());
        staged += u64::from(stage.exists());
        assert!(
            program(templates.path(), root.path()).status()?.success(),
            "seed {seed}"
        );
        assert!(tree::read(root.path())? == goal, "seed {seed}: another end");
        fs::remove_dir_all(root.path())?;
    }
    println!(
        "{count} runs of {took:?}: {killed} killed before their end, {staged} of them while writing, {begun} with files half replaced"
    );
    assert!(killed > 0, "no run was killed");
    Ok(())
}
