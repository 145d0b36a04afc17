//! Which lines of a text were edited, seen as git sees it. The diff and its clean-up are a library's; here is what git does otherwise:
//! it counts how often a line occurs in the whole text, not only between the first edit and the last, and it cleans up the old text's
//! side before the new one's.

use std::ops::Range;

use gix_imara_diff::{Algorithm, Diff, Hunk, InternedInput, NoSliderHeuristic, Token, sources};

/// Lines of the old text, and what became of them in the new one; either may be empty.
pub(super) struct Edit {
    pub(super) base: Range<usize>,
    pub(super) side: Range<usize>,
}

/// The edits that make `text` of `base`, in order.
pub(super) fn edits(base: &[u8], text: &[u8]) -> Vec<Edit> {
    let input = InternedInput::new(sources::byte_lines(base), sources::byte_lines(text));
    let (old, new) = lined_up(&input);
    // The two sides are exchanged: the library cleans up its second one first. Without a heuristic of indents, as `git merge-file`.
    let mut diff = diff(&new, &old, old.len() + new.len());
    diff.postprocess_with(&input.after, &input.before, NoSliderHeuristic);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    let edit = |hunk: Hunk| Edit {
        base: range(hunk.after),
        side: range(hunk.before),
    };
    diff.hunks().map(edit).collect()
}

/// Both texts in numbers of which each stands once in a text, and in both only for a line that was kept.
fn lined_up(input: &InternedInput<&[u8]>) -> (Vec<Token>, Vec<Token>) {
    let names = input.interner.num_tokens();
    // Ends that differ keep the library from leaving out like lines there.
    let framed = |tokens: &[Token], end: u32| {
        let mut framed = vec![Token(end)];
        framed.extend(tokens);
        framed.push(Token(end + 1));
        framed
    };
    let (old, new) = (
        framed(&input.before, names),
        framed(&input.after, names + 2),
    );
    let seen = diff(&old, &new, old.len() + new.len());
    let count = |tokens: &[Token]| 0..u32::try_from(tokens.len()).unwrap_or(u32::MAX);
    let (old, new) = (count(&input.before), count(&input.after));
    let mut kept = old.clone().filter(|line| !seen.is_removed(line + 1));
    let number = |line: u32| {
        let fresh = seen.is_added(line + 1).then_some(old.end + line);
        fresh.or_else(|| kept.next()).map(Token)
    };
    let new = new.filter_map(number).collect();
    (old.map(Token).collect(), new)
}

fn diff(old: &[Token], new: &[Token], names: usize) -> Diff {
    let mut diff = Diff::default();
    let names = u32::try_from(names).unwrap_or(u32::MAX);
    diff.compute_with(Algorithm::Myers, old, new, names);
    diff
}
