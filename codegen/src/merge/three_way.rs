//! The merge line by line, as `git merge-file --diff3` does it: each side's edits of the base are found by git's diff, edits that touch
//! or overlap form one region, and a region that both sides edited is a conflict unless they made the same of it.

use std::ops::Range;

use super::edits::{Edit, edits};
use super::{MARKERS, MIDDLE, Merged};

/// One side: its lines, and its edits in the order of the base's lines.
struct Side<'a> {
    lines: Vec<&'a [u8]>,
    edits: Vec<Edit>,
}

pub(super) fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Merged {
    let (ours, theirs) = (Side::of(base, ours), Side::of(base, theirs));
    let base: Vec<_> = lines(base).collect();
    let (mut mine, mut yours) = (&ours.edits[..], &theirs.edits[..]);
    let (mut merged, mut at, mut conflict) = (Vec::new(), 0, false);
    while let Some((region, own, other)) = region(&mut mine, &mut yours) {
        merged.extend(base[at..region.start].concat());
        at = region.end;
        let (own_lines, other_lines) = (ours.made(own, &region), theirs.made(other, &region));
        match (own, other) {
            (_, []) => merged.extend(own_lines.concat()),
            ([], _) => merged.extend(other_lines.concat()),
            ([one], [two]) if one.base == two.base && own_lines == other_lines => {
                merged.extend(own_lines.concat());
            }
            _ => {
                conflict = true;
                mark(&mut merged, [own_lines, &base[region], other_lines]);
            }
        }
    }
    merged.extend(base[at..].concat());
    if conflict {
        Merged::Conflict(merged)
    } else {
        Merged::Clean(merged)
    }
}

impl<'a> Side<'a> {
    fn of(base: &'a [u8], text: &'a [u8]) -> Self {
        Self {
            lines: lines(text).collect(),
            edits: edits(base, text),
        }
    }

    /// What the side made of a region of the base, in which `edits` are its edits; empty without any.
    fn made(&self, edits: &[Edit], region: &Range<usize>) -> &[&'a [u8]] {
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else {
            return &[];
        };
        let from = first.side.start - (first.base.start - region.start);
        &self.lines[from..last.side.end + (region.end - last.base.end)]
    }
}

type Region<'e> = (Range<usize>, &'e [Edit], &'e [Edit]);

/// Takes the next edits that touch one another from both sides; `None` at the end.
fn region<'e>(mine: &mut &'e [Edit], yours: &mut &'e [Edit]) -> Option<Region<'e>> {
    let first = mine.first().into_iter().chain(yours.first());
    let start = first.map(|edit| edit.base.start).min()?;
    let (all_mine, all_yours, mut end) = (*mine, *yours, start);
    while let Some(edit) = next(mine, end).or_else(|| next(yours, end)) {
        end = end.max(edit.base.end);
    }
    let taken = |all: &'e [Edit], left: &[Edit]| &all[..all.len() - left.len()];
    let (own, other) = (taken(all_mine, mine), taken(all_yours, yours));
    Some((start..end, own, other))
}

/// Takes a side's next edit if it begins at `end` or before.
fn next<'e>(edits: &mut &'e [Edit], end: usize) -> Option<&'e Edit> {
    let (first, rest) = edits.split_first()?;
    (first.base.start <= end).then(|| {
        *edits = rest;
        first
    })
}

/// Ours, the base's and theirs between markers, each on lines of its own.
fn mark(merged: &mut Vec<u8>, versions: [&[&[u8]]; 3]) {
    let [open, divide, close] = MARKERS;
    for (marker, version) in [open, divide, MIDDLE].into_iter().zip(versions) {
        merged.extend(marker.as_bytes());
        merged.push(b'\n');
        merged.extend(version.concat());
        if !merged.ends_with(b"\n") {
            merged.push(b'\n');
        }
    }
    merged.extend(close.as_bytes());
    merged.push(b'\n');
}

/// The lines with their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}
