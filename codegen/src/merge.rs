//! Three texts become one: what was generated last, what the user made of it, and what is generated now. Works on bytes in memory;
//! which files are merged at all is `update`'s affair. Line endings are no difference: texts are merged with LF and get back their own.

mod three_way;
mod edits;

use std::borrow::Cow;

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Both sides' changes are in it.
    Clean(Vec<u8>),
    /// Where the sides changed the same lines, all three versions stand between markers, in the style of `git merge-file --diff3`.
    Conflict(Vec<u8>),
}

/// The lines that open, divide and close a conflict; the fourth, `=======`, says nothing by itself: prose underlines with it.
pub const MARKERS: [&str; 3] = ["<<<<<<< ours", "||||||| original", ">>>>>>> theirs"];
const MIDDLE: &str = "=======";

/// Merges texts whose lines end in LF: `ours` is the user's, `theirs` cb-gen's, both made from `base`.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Merged {
    three_way::merge(base, ours, theirs)
}

/// Whether markers of a conflict are left in a file; a line `=======` that was generated so is none.
pub(crate) fn has_markers(content: &[u8], base: &[u8]) -> bool {
    let lines = |content: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(content);
        text.lines().map(str::to_owned).collect()
    };
    let divides = |line: &String| line == MIDDLE;
    let found = lines(content);
    found.iter().any(|line| MARKERS.contains(&line.as_str()))
        || found.iter().any(divides) && !lines(base).iter().any(divides)
}

/// Whether a file is no text: it holds a NUL byte.
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content.contains(&0)
}

/// A text with LF at the end of each line; a binary file as it is.
pub(crate) fn normal(content: &[u8]) -> Cow<'_, [u8]> {
    if is_binary(content) || !content.contains(&b'\r') {
        return Cow::Borrowed(content);
    }
    let mut normal = Vec::with_capacity(content.len());
    for (i, byte) in content.iter().enumerate() {
        if *byte != b'\r' || content.get(i + 1) != Some(&b'\n') {
            normal.push(*byte);
        }
    }
    Cow::Owned(normal)
}

/// A text of LF lines with the line ending that most lines of `model` have; a binary file as it is.
pub(crate) fn with_endings_of(model: &[u8], content: Vec<u8>) -> Vec<u8> {
    let windows = model.windows(2).filter(|pair| *pair == b"\r\n").count();
    let all = model.iter().filter(|byte| **byte == b'\n').count();
    if is_binary(model) || is_binary(&content) || windows * 2 <= all {
        return content;
    }
    let mut ended = Vec::with_capacity(content.len() + all);
    for byte in content {
        if byte == b'\n' {
            ended.push(b'\r');
        }
        ended.push(byte);
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::{Merged, has_markers, merge, normal, with_endings_of};

    const BASE: &[u8] = b"one\ntwo\nthree\nfour\nfive\n";

    #[test]
    fn changes_of_both_sides_are_kept() {
        let merged = merge(
            BASE,
            b"ONE\ntwo\nthree\nfour\nfive\n",
            b"one\ntwo\nthree\nfour\nFIVE\n",
        );
        assert_eq!(
            merged,
            Merged::Clean(b"ONE\ntwo\nthree\nfour\nFIVE\n".to_vec())
        );
    }

    #[test]
    fn a_conflict_shows_all_three() {
        let merged = merge(b"a\nb\n", b"a\nmine\n", b"a\nyours");
        let text = "a\n<<<<<<< ours\nmine\n||||||| original\nb\n=======\nyours\n>>>>>>> theirs\n";
        assert_eq!(merged, Merged::Conflict(text.as_bytes().to_vec()));
        assert!(has_markers(text.as_bytes(), b"a\nb\n"));
        assert!(has_markers(
            text.replace('\n', "\r\n").as_bytes(),
            b"a\nb\n"
        ));
    }

    #[test]
    fn an_underline_is_no_marker() {
        assert!(!has_markers(b"Title\n=======\n", b"Title\n=======\n"));
        assert!(has_markers(b"Title\n=======\n", b"Title\n"));
        assert!(!has_markers(b"<<<<<<< HEAD\n", b""));
    }

    #[test]
    fn endings_are_put_aside_and_given_back() {
        assert_eq!(normal(b"a\r\nb\rc\n").as_ref(), b"a\nb\rc\n");
        assert_eq!(normal(b"a\0\r\n").as_ref(), b"a\0\r\n");
        for (model, expected) in [
            (&b"x\r\ny\r\n"[..], &b"a\r\nb\r\n"[..]),
            (b"x\r\ny\r\nz\n", b"a\r\nb\r\n"),
            (b"x\r\ny\n", b"a\nb\n"),
            (b"", b"a\nb\n"),
            (b"\0\r\n", b"a\nb\n"),
        ] {
            assert_eq!(with_endings_of(model, b"a\nb\n".to_vec()), expected);
        }
    }
}
