//! The merge against another's: random edits by a user and by a new template, on pieces of the real templates; `git merge-file --diff3`
//! must make the same of them, or a conflict too. `CB_FUZZ=2000` for the long run, `CB_FUZZ_SEED=N` for other trials.
//!
//! Half of the trials are texts whose lines are all distinct, in which there is one way to see what was edited. The other half are real
//! source, with its many closing braces and with copied lines: which of two like lines is the old one, the diff has to see as git's does.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use codegen::merge::{Merged, merge};
use codegen::templates::Templates;

use crate::random::{Random, times};

/// The three texts of a merge.
struct Trial {
    base: String,
    ours: String,
    theirs: String,
}

/// How two tools' answers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Finding {
    SameMerge,
    BothConflict,
    OneConflicts,
    OtherMerge,
}

type Merge = fn(&[u8], &[u8], &[u8]) -> Merged;

fn sources() -> Vec<String> {
    let templates = Templates::embedded();
    let languages = ["rust", "go", "typescript", "python"];
    let files = languages.iter().filter_map(|name| templates.of(name));
    let texts = files.flat_map(|files| files.values());
    let texts = texts.filter_map(|content| String::from_utf8(content.clone()).ok());
    texts.filter(|text| text.lines().count() > 20).collect()
}

/// One to four edits of one side: lines deleted, inserted, changed or replaced; with `repeats`, now and then lines copied.
fn edit(random: &mut Random, base: &[String], side: &str, repeats: bool) -> String {
    let mut lines = base.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(lines.len() + 1);
        let end = (at + 1 + random.below(4)).min(lines.len());
        // Now and then both sides bring the same line.
        let who = if random.below(4) == 0 { "both" } else { side };
        let fresh: Vec<_> = (0..=random.below(3))
            .map(|i| format!("{who} {} {i}\n", random.below(1000)))
            .collect();
        match random.below(if repeats { 5 } else { 4 }) {
            0 => drop(lines.drain(at..end)),
            1 => drop(lines.splice(at..at, fresh)),
            2 => drop(lines.splice(at..end, fresh)),
            3 => {
                for line in &mut lines[at..end] {
                    *line = format!("{} // {who}\n", line.trim_end());
                }
            }
            _ => {
                let copied = lines[at..end].to_vec();
                let to = random.below(lines.len() + 1);
                drop(lines.splice(to..to, copied));
            }
        }
    }
    let mut text = lines.concat();
    // Some files lack the newline at their end.
    if random.below(10) == 0 {
        text.pop();
    }
    text
}

fn trial(seed: u64, sources: &[String], repeats: bool) -> Trial {
    let mut random = Random::new(seed);
    let lines: Vec<_> = random.one_of(sources).split_inclusive('\n').collect();
    let from = random.below(lines.len() - 10);
    let to = (from + 10 + random.below(50)).min(lines.len());
    let piece = &lines[from..to];
    let line = |(i, line): (usize, &&str)| {
        if repeats || piece.iter().filter(|other| *other == line).count() == 1 {
            (*line).to_owned()
        } else {
            format!("{} // {i}\n", line.trim_end())
        }
    };
    let base: Vec<_> = piece.iter().enumerate().map(line).collect();
    Trial {
        ours: edit(&mut random, &base, "ours", repeats),
        theirs: edit(&mut random, &base, "theirs", repeats),
        base: base.concat(),
    }
}

/// What git makes of it; its labels are ours.
fn git(trial: &Trial, folder: &Path) -> io::Result<Merged> {
    for (name, text) in [
        ("ours", &trial.ours),
        ("base", &trial.base),
        ("theirs", &trial.theirs),
    ] {
        fs::write(folder.join(name), text)?;
    }
    let output = Command::new("git")
        .args(["merge-file", "--diff3", "-p"])
        .args(["-L", "ours", "-L", "original", "-L", "theirs"])
        .args(["ours", "base", "theirs"])
        .current_dir(folder)
        .output()?;
    match output.status.code() {
        Some(0) => Ok(Merged::Clean(output.stdout)),
        // The number of conflicts, at most 127; above that it is an error.
        Some(1..=127) => Ok(Merged::Conflict(output.stdout)),
        _ => Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )),
    }
}

fn compare(one: &Merged, other: &Merged) -> Finding {
    match (one, other) {
        (Merged::Clean(one), Merged::Clean(other)) if one == other => Finding::SameMerge,
        (Merged::Clean(_), Merged::Clean(_)) => Finding::OtherMerge,
        (Merged::Conflict(_), Merged::Conflict(_)) => Finding::BothConflict,
        _ => Finding::OneConflicts,
    }
}

/// How often each finding was made; `None` where git is missing.
fn fuzz(count: u64, repeats: bool, merge: Merge) -> io::Result<Option<BTreeMap<Finding, u64>>> {
    if Command::new("git").arg("version").output().is_err() {
        println!("SKIPPED: no `git` on the PATH; install it to compare merges with its");
        return match std::env::var_os("CI") {
            Some(_) => Err(io::Error::other("with CI set, nothing is skipped")),
            None => Ok(None),
        };
    }
    let (folder, sources) = (tempfile::tempdir()?, sources());
    let mut tally = BTreeMap::new();
    let first = times("CB_FUZZ_SEED", 0);
    for seed in first..first + count {
        let trial = trial(seed, &sources, repeats);
        let own = merge(
            trial.base.as_bytes(),
            trial.ours.as_bytes(),
            trial.theirs.as_bytes(),
        );
        let finding = compare(&own, &git(&trial, folder.path())?);
        *tally.entry(finding).or_default() += 1;
    }
    Ok(Some(tally))
}

fn of(tally: &BTreeMap<Finding, u64>, finding: Finding) -> u64 {
    tally.get(&finding).copied().unwrap_or_default()
}

/// Each trial ends as git's: the same text, or a conflict too.
fn agrees(repeats: bool) -> io::Result<()> {
    let count = times("CB_FUZZ", 200);
    let Some(tally) = fuzz(count, repeats, merge)? else {
        return Ok(());
    };
    let (merged, conflicts) = (
        of(&tally, Finding::SameMerge),
        of(&tally, Finding::BothConflict),
    );
    println!("{count} trials: {merged} merged alike, {conflicts} in conflict in both: {tally:?}");
    assert_eq!(merged + conflicts, count, "the rest differ: {tally:?}");
    assert!(
        merged * 10 > count && conflicts * 10 > count,
        "the trials are one-sided"
    );
    Ok(())
}

#[test]
fn the_merge_of_distinct_lines_is_that_of_git() -> io::Result<()> {
    agrees(false)
}

#[test]
fn the_merge_of_real_source_is_that_of_git() -> io::Result<()> {
    agrees(true)
}

/// Wrong merges: the user's text alone, cb-gen's alone, base and user's exchanged, never a conflict.
const MUTANTS: [(&str, Merge); 4] = [
    ("ours", |_, ours, _| Merged::Clean(ours.to_vec())),
    ("theirs", |_, _, theirs| Merged::Clean(theirs.to_vec())),
    ("exchanged", |base, ours, theirs| merge(ours, base, theirs)),
    ("no conflict", |base, ours, theirs| {
        match merge(base, ours, theirs) {
            Merged::Conflict(text) | Merged::Clean(text) => Merged::Clean(text),
        }
    }),
];

#[test]
fn a_wrong_merge_is_caught() -> io::Result<()> {
    for (name, mutant) in MUTANTS {
        let Some(tally) = fuzz(50, false, mutant)? else {
            return Ok(());
        };
        let differ = of(&tally, Finding::OtherMerge) + of(&tally, Finding::OneConflicts);
        assert!(differ > 0, "the mutant `{name}` passes: {tally:?}");
    }
    Ok(())
}
