//! How long a new project takes from a cold process, beside cookiecutter and copier making one of the same files, in turns in one run.
//! Their templates are made here from what `cb-gen` writes: same names, same sizes, the service's name filled in by them.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::settings::{languages, number, peers};

/// Milliseconds that `cb-gen` may take, and how many times as long the others should.
const AIM_MS: f64 = 30.0;
const AIM_RATIO: f64 = 10.0;
/// What the templates' files call the service; it stands nowhere else in them.
const NAME: &str = "cb-bench-name";

/// One of the programs.
struct Subject {
    name: &'static str,
    /// Writes the project from what was made ready in `.0` to the folder `.1`, which is empty.
    command: fn(&Path, &Path) -> io::Result<Command>,
}

const SUBJECTS: [Subject; 3] = [
    Subject {
        name: "cb-gen",
        command: |_, out| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
            command.args(["scaffold", "--service", "x", "--out"]);
            command.arg(out);
            Ok(command)
        },
    },
    Subject {
        name: "cookiecutter",
        command: |ready, out| {
            let mut command = peer("cookiecutter")?;
            command.arg(ready.join("cookiecutter"));
            command.args(["--no-input", "--output-dir"]).arg(out);
            // Its replay file goes to the home folder.
            command.env("HOME", ready);
            Ok(command)
        },
    },
    Subject {
        name: "copier",
        command: |ready, out| {
            let mut command = peer("copier")?;
            command.args(["copy", "--defaults", "--quiet"]);
            command.arg(ready.join("copier")).arg(out);
            command.env("HOME", ready);
            Ok(command)
        },
    },
];

/// A table, one line for each language. `RUNS` (21) may be set.
pub(crate) fn run() -> io::Result<()> {
    println!(
        "{:<12}{:>7}{:>12}{:>15}{:>10}{:>8}  (medians of ms, and the smaller ratio)",
        "scaffold", "files", "cb-gen", "cookiecutter", "copier", "ratio"
    );
    let runs = number("RUNS", 21)?;
    // Nothing is deleted before the end: ext4 passes over the inodes that were freed in the last minutes, one by one, and each
    // run would pay for the cleaning up after others.
    let mut written = Vec::new();
    for language in languages() {
        let ready = tempfile::tempdir()?;
        let files = make_ready(language.name, ready.path())?;
        let mut times: [Vec<f64>; 3] = Default::default();
        for round in 0..runs as usize {
            // The order changes from round to round, so that none is always the one after a rest.
            for step in 0..SUBJECTS.len() {
                let at = (round + step) % SUBJECTS.len();
                let folder = tempfile::tempdir()?;
                let (ready, out) = (ready.path(), folder.path());
                times[at].push(once(&SUBJECTS[at], language.name, (ready, out), files)?);
                written.push(folder);
            }
        }
        let [ours, cookiecutter, copier] = times.map(median);
        let ratio = cookiecutter.min(copier) / ours;
        let met = ours <= AIM_MS && ratio >= AIM_RATIO;
        let met = if met { "met" } else { "MISSED" };
        println!(
            "{:<12}{files:>7}{ours:>12.1}{cookiecutter:>15.1}{copier:>10.1}{ratio:>8.1}  \
             ≤ {AIM_MS} ms and ≥ {AIM_RATIO}: {met}",
            language.name
        );
        written.push(ready);
    }
    Ok(())
}

/// The milliseconds of one run into a new folder; that it wrote all files is checked.
fn once(
    subject: &Subject,
    language: &str,
    (ready, out): (&Path, &Path),
    files: usize,
) -> io::Result<f64> {
    let mut command = (subject.command)(ready, out)?;
    if subject.name == "cb-gen" {
        command.args(["--lang", language]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let output = command.stderr(Stdio::piped()).output()?;
    let took = start.elapsed().as_secs_f64() * 1e3;
    let written = list(out)?.len();
    if output.status.success() && written >= files {
        return Ok(took);
    }
    let (name, said) = (subject.name, String::from_utf8_lossy(&output.stderr));
    Err(io::Error::other(format!(
        "{name} wrote {written} of {files} files: {said}"
    )))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A program of the Python environment.
fn peer(name: &str) -> io::Result<Command> {
    let folder = peers().ok_or_else(|| io::Error::other("CB_BENCH_PEERS names no folder"))?;
    Ok(Command::new(folder.join("bin").join(name)))
}

/// Makes the other tools' templates of what `cb-gen` writes; how many files that is.
fn make_ready(language: &str, ready: &Path) -> io::Result<usize> {
    let model = ready.join("model");
    let mut scaffold = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
    scaffold.args(["scaffold", "--service", NAME, "--lang", language, "--out"]);
    if !scaffold
        .arg(&model)
        .stdout(Stdio::null())
        .status()?
        .success()
    {
        return Err(io::Error::other(format!("{scaffold:?} failed")));
    }
    let files = list(&model)?;
    for file in &files {
        let text = fs::read_to_string(model.join(file))?;
        write(
            &ready
                .join("cookiecutter/{{cookiecutter.service}}")
                .join(file),
            &template(&text, "cookiecutter.service"),
        )?;
        write(
            &ready.join("copier/template").join(file),
            &template(&text, "service"),
        )?;
    }
    let (json, yaml) = (
        "{\"service\": \"x\"}",
        "_subdirectory: template\n_templates_suffix: \"\"\nservice:\n  type: str\n  default: x\n",
    );
    write(&ready.join("cookiecutter/cookiecutter.json"), json)?;
    write(&ready.join("copier/copier.yml"), yaml)?;
    Ok(files.len())
}

/// As Jinja reads it: what looks like its own words is quoted, the service's name is a variable.
fn template(text: &str, variable: &str) -> String {
    let mut quoted = text.to_owned();
    for opening in ["{{", "{%", "{#"] {
        quoted = quoted.replace(opening, &format!("\u{1}{}", &opening[1..]));
    }
    for opening in ["{", "%", "#"] {
        let quote = format!("{{{{ '{{{opening}' }}}}");
        quoted = quoted.replace(&format!("\u{1}{opening}"), &quote);
    }
    quoted.replace(NAME, &format!("{{{{ {variable} }}}}"))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// The files below a folder, by their paths inside it.
fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(&at)? {
            let entry = entry?;
            let skipped = entry.file_name() == OsStr::new(".git");
            match entry.file_type()?.is_dir() {
                true if skipped => {}
                true => left.push(entry.path()),
                false => found.extend(entry.path().strip_prefix(folder).map(Path::to_owned)),
            }
        }
    }
    Ok(found)
}
