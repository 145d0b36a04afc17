//! A suite is as good as the faults it finds: the Rust scaffold with one guard removed must fail the case that is named for it. A mutant
//! is a file in `mutants/`: which texts are replaced in which files, with which store, and the case that kills it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use codegen::lang::DEFAULT;
use serde_json::Value;

use crate::service::{STORES, Service};
use crate::tools;

/// Long enough on a slow machine for what the sound scaffold does at once.
const PATIENCE: &[&str] = &["--patience", "10"];

struct Mutant {
    name: String,
    about: String,
    store: String,
    killed_by: String,
    /// One of the few that are tried in each run.
    quick: bool,
    /// File, text to find, text to put there.
    patches: Vec<[String; 3]>,
}

#[test]
fn every_mutant_is_killed_by_the_case_named_for_it() -> io::Result<()> {
    let Some(_turn) = crate::asked_for() else {
        return Ok(());
    };
    if tools::missing(["redis-server"]) {
        return Ok(());
    }
    let all = std::env::var_os("CB_MUTANTS").is_some_and(|value| value == "1");
    let mut mutants = read()?;
    mutants.retain(|mutant| all || mutant.quick);
    assert!(mutants.len() >= 2, "the mutants were not found");
    control(&mutants)?;
    let mut survivors = String::new();
    println!("{:<28}{:<34}STORE", "MUTANT", "KILLED BY");
    for mutant in &mutants {
        let service = Service::scaffold(DEFAULT)?;
        mutant.apply(&service.folder)?;
        service.build()?;
        let finding = finding(&service, &mutant.store, &mutant.killed_by)?;
        if finding == "FAIL" {
            println!(
                "{:<28}{:<34}{}  ({})",
                mutant.name, mutant.killed_by, mutant.store, mutant.about
            );
        } else {
            survivors += &format!(
                "\n{} ({}): {}: {finding}",
                mutant.name, mutant.about, mutant.killed_by
            );
        }
    }
    assert!(survivors.is_empty(), "these live:{survivors}");
    Ok(())
}

/// The sound scaffold passes each of the cases: a case that fails whatever the service does kills nothing.
fn control(mutants: &[Mutant]) -> io::Result<()> {
    let service = Service::scaffold(DEFAULT)?;
    service.build()?;
    for store in STORES {
        for mutant in mutants.iter().filter(|mutant| mutant.store == store) {
            let finding = finding(&service, store, &mutant.killed_by)?;
            assert_eq!(
                finding, "pass",
                "{} without the mutant {}",
                mutant.killed_by, mutant.name
            );
        }
    }
    Ok(())
}

fn finding(service: &Service, store: &str, case: &str) -> io::Result<String> {
    let report = service.verify(store, &[&["--only", case], PATIENCE].concat())?;
    let finding = |report: &Value| report["cases"][0]["finding"].as_str().map(str::to_owned);
    finding(&report).ok_or_else(|| io::Error::other(format!("no finding in {report}")))
}

impl Mutant {
    fn apply(&self, folder: &Path) -> io::Result<()> {
        for [file, find, replace] in &self.patches {
            let path = folder.join(file);
            let text = fs::read_to_string(&path)?;
            let found = text.matches(find.as_str()).count();
            assert_eq!(
                found, 1,
                "{}: `{find}` stands {found} times in {file}",
                self.name
            );
            fs::write(&path, text.replace(find.as_str(), replace))?;
        }
        Ok(())
    }
}

fn read() -> io::Result<Vec<Mutant>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/mutants");
    let mut mutants = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let table = fs::read_to_string(&path)?
            .parse::<toml::Table>()
            .map_err(|error| io::Error::other(format!("{name}: {error}")))?;
        mutants.insert(name.clone(), mutant(name, &table)?);
    }
    Ok(mutants.into_values().collect())
}

fn mutant(name: String, table: &toml::Table) -> io::Result<Mutant> {
    let text = |table: &toml::Table, key: &str| {
        let text = table.get(key).and_then(toml::Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| io::Error::other(format!("{name}: no text `{key}`")))
    };
    let list = table.get("patch").and_then(toml::Value::as_array);
    let mut patches = Vec::new();
    for patch in list.into_iter().flatten().filter_map(toml::Value::as_table) {
        patches.push([
            text(patch, "file")?,
            text(patch, "find")?,
            text(patch, "replace")?,
        ]);
    }
    Ok(Mutant {
        about: text(table, "about")?,
        store: text(table, "store")?,
        killed_by: text(table, "killed_by")?,
        quick: table.get("quick").and_then(toml::Value::as_bool) == Some(true),
        patches,
        name,
    })
}

#[test]
fn every_mutant_still_fits_the_template_and_names_a_case() -> io::Result<()> {
    let cases = codegen::verify::list();
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/rust");
    let mutants = read()?;
    assert!(mutants.len() >= 8, "the mutants were not found");
    for mutant in mutants {
        let named = cases
            .lines()
            .any(|line| line.split(' ').next() == Some(&mutant.killed_by));
        assert!(
            named,
            "{}: there is no case `{}`",
            mutant.name, mutant.killed_by
        );
        assert!(
            STORES.contains(&mutant.store.as_str()) && !mutant.patches.is_empty(),
            "{}",
            mutant.name
        );
        for [file, find, _] in &mutant.patches {
            let text = fs::read_to_string(template.join(file))?;
            assert_eq!(
                text.matches(find.as_str()).count(),
                1,
                "{}: `{find}` in {file}",
                mutant.name
            );
        }
    }
    Ok(())
}
