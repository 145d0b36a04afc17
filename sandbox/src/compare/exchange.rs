//! Recorded exchanges: how they are written in files, and how those are read.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::difference::Answer;

/// One request to the real API, and its answer. Bodies are text.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Exchange {
    /// Exchanges of one case follow each other, and are one sequence.
    pub(super) case: String,
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    #[serde(default)]
    pub(super) request: String,
    pub(super) status: u16,
    #[serde(default)]
    response: String,
}

impl Exchange {
    pub(super) fn answer(&self) -> Answer {
        Answer {
            status: self.status,
            body: parse(&self.response),
        }
    }
}

/// A body as JSON; one that is none is a text.
pub(super) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Why recordings cannot be compared, or what came of it.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A file or folder cannot be read.
    #[error("cannot read `{0}`: {1}")]
    Read(PathBuf, std::io::Error),
    /// A line is no exchange.
    #[error(
        "line {1} of `{0}` is no exchange: {2}; write `case`, `method`, `path`, `request`, `status`, `response`"
    )]
    Line(PathBuf, usize, serde_json::Error),
    /// There was nothing to compare.
    #[error("no exchange was found: name files that end in `.jsonl`, or folders of them")]
    Nothing,
    /// The sandbox is not what was recorded.
    #[error(
        "{percent:.1} % of the exchanges agree, and `{wanted}` % are wanted: see the differences above"
    )]
    TooFew {
        /// So many in a hundred agree.
        percent: f64,
        /// So many were wanted.
        wanted: f64,
    },
}

/// Every exchange in the files, and in the `.jsonl` files of the folders, in order of their names.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Exchange>, CompareError> {
    let mut all = Vec::new();
    for path in paths {
        for file in files(path).map_err(|error| CompareError::Read(path.clone(), error))? {
            read(&file, &mut all)?;
        }
    }
    if all.is_empty() {
        return Err(CompareError::Nothing);
    }
    Ok(all)
}

fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|end| end == "jsonl") {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path, all: &mut Vec<Exchange>) -> Result<(), CompareError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| CompareError::Read(file.to_owned(), error))?;
    for (at, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let exchange = serde_json::from_str(line)
            .map_err(|error| CompareError::Line(file.to_owned(), at + 1, error))?;
        all.push(exchange);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let line = |case: &str| {
            format!(r#"{{"case": "{case}", "method": "GET", "path": "/", "status": 200}}"#)
        };
        std::fs::write(folder.path().join("b.jsonl"), line("second")).unwrap();
        std::fs::write(folder.path().join("a.jsonl"), line("first") + "\n\n").unwrap();
        std::fs::write(folder.path().join("README.md"), "none").unwrap();
        let cases = |path: &Path| {
            read_all(&[path.to_owned()])
                .map(|all| all.into_iter().map(|one| one.case).collect::<Vec<_>>())
        };
        assert_eq!(cases(folder.path()).unwrap(), ["first", "second"]);

        std::fs::write(folder.path().join("c.jsonl"), line("third") + "\n{}").unwrap();
        let error = cases(folder.path()).unwrap_err().to_string();
        assert!(
            error.starts_with("line 2 of `") && error.contains("c.jsonl"),
            "{error}"
        );
        assert!(matches!(
            cases(Path::new("/nowhere")),
            Err(CompareError::Read(..))
        ));
    }
}
