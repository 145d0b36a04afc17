//! Names: every reserved word of every language, and every name a tool refuses, tried in each language. Either it is taken, and then the
//! language's own tools take it too, or it is refused with a name that is taken. The words are in `tests/words`, one a line.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use codegen::disk::RealDisk;
use codegen::error::Error;
use codegen::lang::{LANGUAGES, Language};
use codegen::scaffold::{self, Request};
use codegen::templates::Templates;

/// The words of all files, each with the file it stands in.
fn words() -> io::Result<Vec<(String, String)>> {
    let mut words = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/words"))? {
        let path = entry?.path();
        let of = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path)?;
        words.extend(text.lines().map(|word| (of.clone(), word.to_owned())));
    }
    assert!(words.len() > 300, "the words were not found");
    Ok(words)
}

fn scaffold(name: &str, language: &'static Language, folder: &Path) -> Result<(), Error> {
    let request = Request {
        service: name.to_owned(),
        language: Some(language),
        out: None,
        folder: folder.to_owned(),
        licence: None,
        dry_run: false,
        force: true,
        adopt: false,
    };
    let templates = manifests();
    scaffold::run(&request, &templates, &mut RealDisk).map(|_| ())
}

/// Of each language only the file that its tools read first.
fn manifests() -> Templates {
    let built_in = Templates::embedded();
    let languages = LANGUAGES.iter().filter_map(|language| {
        let files = built_in.of(language.name)?.clone().into_iter();
        let manifest = |path: &str| path.trim_end_matches(".hbs") == language.marker;
        Some((
            language.name.to_owned(),
            files.filter(|(path, _)| manifest(path)).collect(),
        ))
    });
    Templates::new(languages.collect())
}

/// The names that were taken; what was refused came with a name that is taken.
fn tried(language: &'static Language, folder: &Path) -> io::Result<Vec<String>> {
    let mut taken = Vec::new();
    for (_, word) in words()? {
        match scaffold(&word, language, folder) {
            Ok(()) => taken.push(word),
            Err(error) => {
                let said = error.to_string();
                let near = said
                    .rsplit_once("try `--service ")
                    .map(|(_, near)| near.trim_end_matches('`'));
                let near = near.unwrap_or_default();
                assert!(said.contains(&format!("`{word}` cannot name a ")), "{said}");
                let retried = scaffold(near, language, folder);
                let title = language.title;
                assert!(
                    retried.is_ok(),
                    "{title}: `{near}` was proposed for `{word}`: {said}"
                );
                taken.push(near.to_owned());
            }
        }
    }
    taken.sort();
    taken.dedup();
    Ok(taken)
}

#[test]
fn every_word_is_taken_or_refused_with_one_that_is() -> io::Result<()> {
    for language in ready() {
        let root = tempfile::tempdir()?;
        let taken = tried(language, root.path())?;
        let label = |name: &String| {
            let bytes = name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            bytes && name.len() <= 63 && name.starts_with(|c: char| c.is_ascii_lowercase())
        };
        assert!(taken.iter().all(label), "{}: {taken:?}", language.name);
        assert!(
            !taken.iter().any(|name| name == "con" || name == "lpt9"),
            "{}",
            language.name
        );
    }
    Ok(())
}

/// Those that cargo or rustc refuse are known from the table of the language; that no other is refused is cargo's to say.
#[test]
fn cargo_takes_what_was_taken() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    fs::write(
        root.path().join("Cargo.toml"),
        "[workspace]\nmembers = [\"*\"]\nresolver = \"3\"\n",
    )?;
    for name in tried(codegen::lang::DEFAULT, root.path())? {
        let source = root.path().join(name).join("src");
        fs::create_dir_all(&source)?;
        fs::write(source.join("main.rs"), "")?;
        fs::write(source.join("lib.rs"), "")?;
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let output = cargo.current_dir(root.path()).output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Ok(())
}

#[test]
fn go_takes_what_was_taken() -> io::Result<()> {
    let Some(go) = codegen::lang::named("go").filter(|_| on_this_machine("go", "version")) else {
        return Ok(());
    };
    let root = tempfile::tempdir()?;
    let names = tried(go, root.path())?;
    let mut work = Command::new("go");
    work.args(["work", "init"])
        .args(names.iter().map(|name| format!("./{name}")));
    let output = work
        .current_dir(root.path())
        .env("GOFLAGS", "-mod=mod")
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = Command::new("go")
        .args(["list", "-m"])
        .current_dir(root.path())
        .output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed.lines().count(), names.len(), "{listed}");
    Ok(())
}

fn on_this_machine(program: &str, question: &str) -> bool {
    let found = Command::new(program).arg(question).output().is_ok();
    if !found {
        assert!(
            std::env::var_os("CI").is_none_or(|value| value != "1"),
            "no {program} on this machine"
        );
        println!("SKIPPED: no {program} on this machine");
    }
    found
}

fn ready() -> impl Iterator<Item = &'static Language> {
    let templates = Templates::embedded();
    LANGUAGES
        .iter()
        .filter(move |language| templates.of(language.name).is_some())
}
