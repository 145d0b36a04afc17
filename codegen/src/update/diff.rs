//! What an update would change, as a unified diff that `git apply` takes.

use std::fmt::{self, Write};

use diffy::{DiffOptions, PatchFormatter};
use serde_json::{Value, json};

use super::{Entry, Outlook};
use crate::merge::is_binary;

impl Outlook {
    /// The diff of each file that would be written or removed; empty if there is none.
    pub fn diff(&self) -> String {
        self.entries.iter().map(text).collect()
    }

    /// The same file by file, for programs.
    pub fn diff_json(&self) -> Value {
        let changed = self.entries.iter().filter(|entry| entry.change.is_some());
        let diff = |entry: &Entry| json!({"path": entry.path, "action": entry.action.word(), "diff": text(entry)});
        json!({"service": self.service, "files": changed.map(diff).collect::<Vec<_>>()})
    }
}

/// The diff of one file; empty if it stays.
fn text(entry: &Entry) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = file(entry, &mut text);
    text
}

fn file(entry: &Entry, text: &mut String) -> fmt::Result {
    let Some(change) = &entry.change else {
        return Ok(());
    };
    let side = |content: &Option<crate::project::Content>| {
        content.as_ref().map(|content| content.bytes.clone())
    };
    let (before, after) = (side(&change.before), side(&change.after));
    let name = |side: &str, there: bool| {
        if there {
            format!("{side}/{}", entry.path)
        } else {
            "/dev/null".to_owned()
        }
    };
    let (old, new) = (name("a", before.is_some()), name("b", after.is_some()));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    if is_binary(&before) || is_binary(&after) {
        return writeln!(text, "Binary files {old} and {new} differ");
    }
    let (before, after) = (
        String::from_utf8_lossy(&before),
        String::from_utf8_lossy(&after),
    );
    let mut options = DiffOptions::new();
    options
        .set_original_filename(old)
        .set_modified_filename(new);
    let patch = options.create_patch(&before, &after);
    write!(text, "{}", PatchFormatter::new().fmt_patch(&patch))
}
