//! What becomes of one file, from three versions of it: as generated last, as it is on the disk, as it is generated now. Pure: no disk,
//! no templates, so that every case is a row of a test. Versions are compared with LF at the ends of lines.

use super::Action;
use crate::merge::{self, Merged};
use crate::scaffold::render::File;

/// The versions of one file; `None` where there is none.
pub(super) struct Sides<'a> {
    /// As generated last, with LF.
    pub(super) base: Option<&'a [u8]>,
    /// As it is on the disk, byte for byte.
    pub(super) disk: Option<&'a [u8]>,
    /// As generated now.
    pub(super) new: Option<&'a File>,
    /// The user's from the first run on.
    pub(super) seeded: bool,
}

/// What is done, why, and what then stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) action: Action,
    /// Empty where the action says it all.
    pub(super) note: &'static str,
    pub(super) result: Outcome,
}

/// What the disk holds afterwards.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// What it holds now.
    Same,
    /// This.
    Content(Vec<u8>),
    /// No file.
    Nothing,
}

impl Decision {
    fn of(action: Action, note: &'static str) -> Self {
        Self {
            action,
            note,
            result: Outcome::Same,
        }
    }

    fn write(action: Action, note: &'static str, content: Vec<u8>) -> Self {
        Self {
            action,
            note,
            result: Outcome::Content(content),
        }
    }
}

pub(super) fn decide(sides: &Sides<'_>) -> Decision {
    let disk = sides.disk.map(merge::normal);
    let new = sides.new.map(|file| merge::normal(&file.content));
    match (sides.base, disk.as_deref(), new.as_deref()) {
        (_, Some(disk), Some(new)) if disk == new => Decision::of(Action::Unchanged, ""),
        (_, Some(_), _) if sides.seeded => Decision::of(Action::Skip, SEEDED),
        (Some(_), None, Some(_)) if sides.seeded => Decision::of(Action::Skip, DELETED),
        (None, None, Some(new)) => {
            let raw = sides.new.map_or(new, |file| &file.content);
            Decision::write(Action::Create, "", raw.to_vec())
        }
        (None, Some(_), Some(_)) => Decision::of(Action::Conflict, IN_THE_WAY),
        (Some(base), None, Some(new)) if base == new => Decision::of(Action::Skip, DELETED),
        (Some(_), None, Some(_)) => Decision::of(Action::Conflict, DELETED_CHANGED),
        (Some(base), Some(disk), Some(new)) => all_three(base, disk, new, sides),
        (Some(base), Some(disk), None) if base == disk => Decision {
            action: Action::Delete,
            note: ORPHAN,
            result: Outcome::Nothing,
        },
        (Some(_), Some(_), None) => Decision::of(Action::Skip, EDITED_ORPHAN),
        (_, _, None) => Decision::of(Action::Unchanged, ""),
    }
}

fn all_three(base: &[u8], disk: &[u8], new: &[u8], sides: &Sides<'_>) -> Decision {
    let ended = |content| merge::with_endings_of(sides.disk.unwrap_or_default(), content);
    if base == new {
        return Decision::of(Action::Skip, EDITED);
    }
    if base == disk {
        return Decision::write(Action::Update, "", ended(new.to_vec()));
    }
    if [base, disk, new].into_iter().any(merge::is_binary) {
        return Decision::of(Action::Conflict, BINARY);
    }
    match merge::merge(base, disk, new) {
        Merged::Clean(merged) if merged == disk => Decision::of(Action::Skip, CONTAINED),
        Merged::Clean(merged) => Decision::write(Action::Merge, "", ended(merged)),
        Merged::Conflict(marked) => Decision::write(Action::Conflict, LINES, ended(marked)),
    }
}

const SEEDED: &str = "yours: never touched";
const DELETED: &str = "you deleted it";
const EDITED: &str = "yours: you edited it, and its template is as it was";
const CONTAINED: &str = "you made the same changes";
const ORPHAN: &str = "no longer generated";
const EDITED_ORPHAN: &str = "no longer generated, but you edited it: now it is yours alone";
const LINES: &str = "you and cb-gen changed the same lines: both stand in it between markers";
const DELETED_CHANGED: &str = "you deleted it, and its template changed: it stays deleted";
const IN_THE_WAY: &str = "new from cb-gen, but a file of yours has its name: yours stays";
const BINARY: &str = "you and cb-gen changed it, and it is no text: yours stays";

#[cfg(test)]
mod tests {
    use super::{Action, Outcome, Sides, decide};
    use crate::scaffold::render::File;

    const BASE: &str = "1\n2\n3\n4\n5\n";
    const USER: &str = "1\n2\n3\n4\nmine\n";
    const NEWER: &str = "new\n2\n3\n4\n5\n";
    const BOTH: &str = "new\n2\n3\n4\nmine\n";

    /// Base, disk and new (`-`: none), whether seeded, and what is done; then what stands in the file (`=`: as before, `-`: none).
    const CASES: &[(&str, &str, &str, bool, Action, &str)] = &[
        ("-", "-", "a\r\n", false, Action::Create, "a\r\n"),
        ("-", "-", "a\n", true, Action::Create, "a\n"),
        ("-", "a\n", "a\n", false, Action::Unchanged, "="),
        ("-", "b\n", "a\n", false, Action::Conflict, "="),
        ("-", "b\n", "a\n", true, Action::Skip, "="),
        (BASE, BASE, BASE, false, Action::Unchanged, "="),
        (BASE, BASE, NEWER, false, Action::Update, NEWER),
        (BASE, USER, BASE, false, Action::Skip, "="),
        (BASE, USER, NEWER, false, Action::Merge, BOTH),
        (BASE, NEWER, NEWER, false, Action::Unchanged, "="),
        (BASE, BOTH, NEWER, false, Action::Skip, "="),
        (
            BASE,
            "1\n",
            "2\n",
            false,
            Action::Conflict,
            "<<<<<<< ours\n1\n||||||| original\n1\n2\n3\n4\n5\n=======\n2\n>>>>>>> theirs\n",
        ),
        (BASE, "-", BASE, false, Action::Skip, "="),
        (BASE, "-", NEWER, false, Action::Conflict, "="),
        (BASE, "-", "-", false, Action::Unchanged, "="),
        (BASE, BASE, "-", false, Action::Delete, "-"),
        (BASE, USER, "-", false, Action::Skip, "="),
        (BASE, USER, NEWER, true, Action::Skip, "="),
        (BASE, BASE, NEWER, true, Action::Skip, "="),
        (BASE, BASE, "-", true, Action::Skip, "="),
        (BASE, "-", NEWER, true, Action::Skip, "="),
        // Line endings are no edit, and the file's own are kept.
        (
            "a\nb\n",
            "a\r\nb\r\n",
            "a\nb\n",
            false,
            Action::Unchanged,
            "=",
        ),
        (
            "a\nb\n",
            "a\r\nb\r\n",
            "a\nc\n",
            false,
            Action::Update,
            "a\r\nc\r\n",
        ),
        (
            "1\n2\n3\n",
            "1\r\n2\r\nX\r\n",
            "0\n2\n3\n",
            false,
            Action::Merge,
            "0\r\n2\r\nX\r\n",
        ),
        (
            "1\n2\n3\n",
            "1\n2\nX\n",
            "0\r\n2\r\n3\r\n",
            false,
            Action::Merge,
            "0\n2\nX\n",
        ),
        // No text: replaced or kept.
        ("\0a", "\0a", "\0b", false, Action::Update, "\0b"),
        ("\0a", "\0c", "\0b", false, Action::Conflict, "="),
        ("\0a\n", "\0a\r\n", "\0a\n", false, Action::Skip, "="),
    ];

    #[test]
    fn every_case() {
        let given = |text: &'static str| (text != "-").then_some(text.as_bytes());
        for (base, disk, new, seeded, action, result) in CASES {
            let file = given(new).map(|content| File {
                path: "a".to_owned(),
                content: content.to_vec(),
                executable: false,
                seeded: *seeded,
            });
            let decision = decide(&Sides {
                base: given(base),
                disk: given(disk),
                new: file.as_ref(),
                seeded: *seeded,
            });
            let expected = match *result {
                "=" => Outcome::Same,
                "-" => Outcome::Nothing,
                text => Outcome::Content(text.as_bytes().to_vec()),
            };
            let found = (decision.action, decision.result);
            assert_eq!(found, (*action, expected), "{base:?} {disk:?} {new:?}");
        }
    }
}
