//! What makes the tool pleasant: it asks a person and nobody else, completes in every shell, has manual pages, and colours only what may
//! be coloured.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead};
use std::path::Path;
use std::process::{Command, Stdio};

use codegen::cli::{self, Terminal, World};
use codegen::disk::RealDisk;

use crate::tree;

struct Said {
    stdout: String,
    stderr: String,
    code: u8,
}

/// Runs a command line; `typed` is what a person answers, if there is one.
fn run(line: &str, folder: &Path, typed: Option<&str>, terminal: Terminal) -> io::Result<Said> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut typed = typed.map(str::as_bytes);
    let world = World {
        folder: fs::canonicalize(folder)?,
        templates: &tree::templates()?,
        disk: &mut RealDisk,
        stdout: &mut stdout,
        stderr: &mut stderr,
        answers: typed.as_mut().map(|typed| typed as &mut dyn BufRead),
        terminal,
    };
    let code = cli::run(line.split_whitespace().map(OsString::from), world);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Said {
        stdout: text(stdout),
        stderr: text(stderr),
        code,
    })
}

const ASKED: &str = "Name of the service";

#[test]
fn a_person_is_asked_until_the_name_is_good() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    let said = run(
        "cb-gen scaffold",
        root.path(),
        Some("My Funds\nmy-funds\n"),
        Terminal::default(),
    )?;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(said.stderr.matches(ASKED).count(), 2, "{}", said.stderr);
    assert!(
        said.stderr.contains("`my-funds` would do"),
        "{}",
        said.stderr
    );
    assert!(root.path().join("my-funds/Cargo.toml").is_file());
    Ok(())
}

#[test]
fn nobody_is_asked_without_need_or_against_their_will() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    for (line, typed, code, asked) in [
        ("cb-gen scaffold --no-input", Some("funds\n"), 2, 0),
        ("cb-gen --no-input scaffold", Some("funds\n"), 2, 0),
        ("cb-gen scaffold", None, 2, 0),
        ("cb-gen scaffold", Some(""), 2, 1),
        ("cb-gen scaffold", Some("A\nB\nC\nfunds\n"), 2, 3),
        (
            "cb-gen scaffold --service funds --dry-run",
            Some("bonds\n"),
            0,
            0,
        ),
    ] {
        let said = run(line, root.path(), typed, Terminal::default())?;
        let found = (said.code, said.stderr.matches(ASKED).count());
        assert_eq!(found, (code, asked), "{line} {typed:?}: {}", said.stderr);
        assert_eq!(
            said.stderr.contains("the service has no name"),
            code == 2,
            "{}",
            said.stderr
        );
    }
    assert!(tree::read(root.path())?.is_empty());
    Ok(())
}

#[test]
fn only_a_terminal_that_wants_colours_gets_them() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    let all = Terminal {
        stdout_colour: true,
        stderr_colour: true,
        progress: false,
    };
    let broken = tempfile::tempdir()?;
    fs::write(broken.path().join("cb-gen.toml"), "servce = 1\n")?;
    for (line, folder) in [
        ("cb-gen --help", root.path()),
        ("cb-gen nonsense", root.path()),
        ("cb-gen scaffold --service A", root.path()),
        ("cb-gen list", broken.path()),
    ] {
        let escapes = |terminal| -> io::Result<bool> {
            let said = run(line, folder, None, terminal)?;
            Ok((said.stdout + &said.stderr).contains('\u{1b}'))
        };
        assert!(escapes(all)?, "{line}: no colours");
        assert!(!escapes(Terminal::default())?, "{line}: colours");
    }
    Ok(())
}

#[test]
fn the_program_honours_the_variables_for_colour() -> io::Result<()> {
    for (variable, value, colour) in [
        ("NO_COLOR", "1", false),
        ("CLICOLOR", "0", false),
        ("CLICOLOR_FORCE", "1", true),
        ("TERM", "xterm-256color", false),
    ] {
        let mut cb_gen = Command::new(env!("CARGO_BIN_EXE_cb-gen"));
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
            cb_gen.env_remove(variable);
        }
        cb_gen
            .args(["scaffold", "--service", "A"])
            .env(variable, value)
            .stdin(Stdio::null());
        let said = cb_gen.output()?.stderr;
        assert_eq!(
            said.contains(&0x1b),
            colour,
            "{variable}={value}: {}",
            String::from_utf8_lossy(&said)
        );
    }
    Ok(())
}

#[test]
fn every_shell_gets_a_script_that_knows_every_command() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = run(
            &format!("cb-gen completions {shell}"),
            root.path(),
            None,
            Terminal::default(),
        )?;
        assert_eq!(said.code, 0, "{}", said.stderr);
        for word in [
            "scaffold",
            "verify",
            "templates",
            "eject",
            "completions",
            "spdx",
            "no-input",
        ] {
            assert!(said.stdout.contains(word), "{shell}: `{word}` is missing");
        }
        if shell == "bash" {
            let script = root.path().join("script");
            fs::write(&script, &said.stdout)?;
            let parsed = Command::new("bash").arg("-n").arg(&script).output()?;
            assert!(
                parsed.status.success(),
                "{}",
                String::from_utf8_lossy(&parsed.stderr)
            );
        }
    }
    Ok(())
}

#[test]
fn there_is_a_manual_page_for_every_command_the_same_each_time() -> io::Result<()> {
    let root = tempfile::tempdir()?;
    let one = run("cb-gen man", root.path(), None, Terminal::default())?;
    assert!(one.stdout.contains(".TH cb-gen 1"), "{}", one.stdout);
    let write = || -> io::Result<tree::Tree> {
        let folder = tempfile::tempdir()?;
        let said = run(
            "cb-gen man --out .",
            folder.path(),
            None,
            Terminal::default(),
        )?;
        assert_eq!(said.code, 0, "{}", said.stderr);
        tree::read(folder.path())
    };
    let pages = write()?;
    for page in ["cb-gen.1", "cb-gen-scaffold.1", "cb-gen-templates-eject.1"] {
        assert!(
            pages.contains_key(page),
            "{page} is missing: {:?}",
            pages.keys()
        );
    }
    assert!(pages == write()?, "two runs differ");
    let nowhere = run(
        "cb-gen man --out nowhere",
        root.path(),
        None,
        Terminal::default(),
    )?;
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.stderr.contains("nowhere`"), "{}", nowhere.stderr);
    Ok(())
}
