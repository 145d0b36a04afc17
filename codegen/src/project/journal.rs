//! The stage, `.cb-gen/stage/`: new content waits there under its number until the journal, which names each number's target, says
//! that all of it is there. Invariant: with a journal the run can be finished, without one nothing but the stage was touched.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Change, hash, read};
use crate::error::Error;

pub(super) const STAGE: &str = ".cb-gen/stage";
const JOURNAL: &str = ".cb-gen/stage/journal.json";

/// What a run will do, in its order.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) steps: Vec<Step>,
}

/// One file: its number in the stage is its place among the steps.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    /// Inside the folder, with `/`.
    pub(super) path: String,
    /// SHA-256 of what stood there when the run began.
    before: Option<String>,
    /// SHA-256 of what shall stand there; `None` removes it.
    pub(super) after: Option<String>,
}

impl Step {
    /// Whether `bytes`, which stand at the path now, are of neither side: somebody wrote them since.
    pub(super) fn is_foreign(&self, bytes: Option<&[u8]>) -> bool {
        let now = bytes.map(hash);
        now != self.before && now != self.after
    }
}

impl Journal {
    pub(super) fn of(changes: &[Change]) -> Self {
        let step = |change: &Change| Step {
            path: change.path.clone(),
            before: change.before.as_ref().map(|content| hash(&content.bytes)),
            after: change.after.as_ref().map(|content| hash(&content.bytes)),
        };
        Self {
            steps: changes.iter().map(step).collect(),
        }
    }

    /// `None` if no run waits to be finished.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, Error> {
        let path = at(root);
        let parse = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes).map_err(|error| Error::Manifest {
                path: path.clone(),
                detail: error.to_string(),
            })
        };
        read(&path)?.map(parse).transpose()
    }

    pub(super) fn text(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }
}

/// Where the journal stands once it counts.
pub(super) fn at(root: &Path) -> PathBuf {
    root.join(JOURNAL)
}

/// Where the content of step `number` waits.
pub(super) fn staged(root: &Path, number: usize) -> PathBuf {
    root.join(STAGE).join(number.to_string())
}

/// Whether a run was cut off after it had begun to replace files.
pub(super) fn is_pending(root: &Path) -> bool {
    at(root).exists()
}
