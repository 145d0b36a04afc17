//! Runs the real `cb-dispatch check` over the cases in `tests/data/check/`: a folder per case with
//! what it reads, its environment, and what it prints.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    env: BTreeMap<String, String>,
    subject: Option<String>,
    good: bool,
}

#[test]
fn says_what_would_be_called_and_why() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/check");
    let mut seen = 0;
    for folder in fs::read_dir(folder).unwrap() {
        let folder = folder.unwrap().path();
        let text = |name| fs::read_to_string(folder.join(name)).unwrap();
        let case: Case = serde_json::from_str(&text("case.json")).unwrap();
        let subject = case
            .subject
            .iter()
            .flat_map(|subject| ["--subject", subject]);
        let mut process = Command::new(env!("CARGO_BIN_EXE_cb-dispatch"))
            .arg("check")
            .args(subject)
            .env_clear()
            .envs(&case.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        process
            .stdin
            .take()
            .unwrap()
            .write_all(text("input.txt").as_bytes())
            .unwrap();
        let output = process.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, text("output.txt"), "{}", folder.display());
        let code = if case.good { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{}", folder.display());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_cb-dispatch"))
        .arg("check")
        .env("CB_ALLOWED_HOSTS", "*")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("`CB_ALLOWED_HOSTS`: `*`")
    );
}
