//! The registry's pages in `docs/` are what the schemas, the examples and the prose in `provider/docs/` make. `CB_BLESS=1`
//! rewrites them, and removes pages of what is no more. Guides are written by hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use provider::CircuitBreaker;
use tfplugin::docs::{Page, Sources, pages};

/// The name of the provider in a configuration.
const NAME: &str = "circuitbreaker";
/// The folders that hold generated pages and nothing else.
const FOLDERS: [&str; 3] = ["resources", "data-sources", "functions"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of this repository.
struct Repository;

impl Sources for Repository {
    fn example(&self, path: &str) -> Option<String> {
        fs::read_to_string(repository().join("examples").join(path)).ok()
    }

    fn prose(&self, page: &str) -> Option<String> {
        fs::read_to_string(repository().join("provider/docs").join(page)).ok()
    }
}

/// Text by path.
type Files = BTreeMap<String, String>;

fn made() -> Result<Files, String> {
    let pages = pages(&CircuitBreaker::default(), NAME, &Repository);
    let entry = |page: Page| (page.path, page.text);
    pages
        .map(|pages| pages.into_iter().map(entry).collect())
        .map_err(|gaps| gaps.join("\n"))
}

/// The Markdown files below `folder`: `index.md`, and those in the folders of pages.
fn markdown(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    files.insert(
        "index.md".to_owned(),
        fs::read_to_string(folder.join("index.md"))?,
    );
    for inner in FOLDERS {
        let inner_path = folder.join(inner);
        // A provider may have none of a kind.
        if !inner_path.is_dir() {
            continue;
        }
        for entry in fs::read_dir(inner_path)? {
            let entry = entry?;
            let path = format!("{inner}/{}", entry.file_name().to_string_lossy());
            files.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}

/// What differs, a line each.
fn differences(there: &Files, made: &Files) -> Vec<String> {
    let surplus = there.keys().filter(|path| !made.contains_key(*path));
    let surplus = surplus.map(|path| format!("docs/{path} is the page of nothing"));
    let stale = made
        .iter()
        .filter_map(|(path, text)| match there.get(path) {
            None => Some(format!("docs/{path} is missing")),
            Some(old) if old != text => {
                Some(format!("docs/{path} is out of date: {}", first(old, text)))
            }
            Some(_) => None,
        });
    surplus.chain(stale).collect()
}

/// The first line that differs.
fn first(old: &str, new: &str) -> String {
    let place = old
        .lines()
        .zip(new.lines())
        .position(|(old, new)| old != new);
    let line = place.unwrap_or_else(|| old.lines().count().min(new.lines().count()));
    let text = |page: &str| page.lines().nth(line).unwrap_or("(its end)").to_owned();
    format!(
        "line {} is `{}`, and should be `{}`",
        line + 1,
        text(old),
        text(new)
    )
}

fn bless(folder: &Path, there: &Files, made: &Files) -> io::Result<()> {
    for path in there.keys().filter(|path| !made.contains_key(*path)) {
        fs::remove_file(folder.join(path))?;
    }
    for (path, text) in made {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(())
}

#[test]
fn pages_are_what_the_schemas_say() -> io::Result<()> {
    let made = made().map_err(io::Error::other)?;
    let folder = repository().join("docs");
    let there = markdown(&folder)?;
    if std::env::var_os("CB_BLESS").is_some_and(|value| value == "1") {
        bless(&folder, &there, &made)?;
    }
    assert_eq!(
        differences(&markdown(&folder)?, &made),
        [""; 0],
        "if the schemas are right: make bless"
    );
    Ok(())
}

#[test]
fn a_page_that_is_changed_missing_or_too_much_is_noticed() -> io::Result<()> {
    let made = made().map_err(io::Error::other)?;
    for path in made.keys() {
        let changed = |change: &dyn Fn(&str) -> Option<String>| {
            let mut there = made.clone();
            let text = there.remove(path).unwrap_or_default();
            there.extend(change(&text).map(|text| (path.clone(), text)));
            differences(&there, &made).len()
        };
        assert_eq!(
            changed(&|text| Some(text.replacen("(String", "(Number", 1) + "x")),
            1
        );
        assert_eq!(
            changed(&|text| Some(text.trim_end().to_owned() + "\n\n")),
            1
        );
        assert_eq!(changed(&|_| None), 1);
        assert_eq!(changed(&|text| Some(text.to_owned())), 0);
    }
    let mut more = made.clone();
    more.insert("resources/gone.md".to_owned(), String::new());
    assert_eq!(
        differences(&more, &made),
        ["docs/resources/gone.md is the page of nothing"]
    );
    Ok(())
}

#[test]
fn prose_and_examples_belong_to_a_page() -> io::Result<()> {
    let made = made().map_err(io::Error::other)?;
    let prose = markdown(&repository().join("provider/docs"))?;
    for (path, text) in prose {
        let page = made.get(&path).map(String::as_str).unwrap_or_default();
        assert!(
            page.contains(text.trim()),
            "provider/docs/{path} stands on no page"
        );
    }
    for (folder, file) in [
        ("resources", "resource.tf"),
        ("data-sources", "data-source.tf"),
        ("functions", "function.tf"),
    ] {
        for entry in fs::read_dir(repository().join("examples").join(folder))
            .into_iter()
            .flatten()
        {
            let path = entry?.path().join(file);
            let example = fs::read_to_string(&path)?;
            assert!(
                made.values().any(|page| page.contains(example.trim())),
                "{} stands on no page",
                path.display()
            );
        }
    }
    Ok(())
}

/// Links of a page in `folder` to files that are not there.
fn dead(folder: &Path, page: &str) -> Vec<String> {
    let targets = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let files = targets
        .filter_map(|target| target.split('#').next())
        .filter(|file| !file.is_empty() && !file.contains("://"));
    files
        .filter(|file| !folder.join(file).exists())
        .map(str::to_owned)
        .collect()
}

#[test]
fn guides_link_to_what_is_there() -> io::Result<()> {
    let folder = repository().join("docs/guides");
    let text = "[a](quickstart.md#x) [b](../gone.md) [c](https://x.example/y) [d](#here)";
    assert_eq!(dead(&folder, text), ["../gone.md"]);
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let page = fs::read_to_string(&path)?;
        assert!(page.starts_with("---\npage_title: "), "{}", path.display());
        assert_eq!(dead(&folder, &page), [""; 0], "{}", path.display());
    }
    Ok(())
}
