//! Finds the recipients in a text that is ready to be sent. Whether anyone is behind them, Datadog knows.

/// Every handle with its `@`, in order of appearance. It begins where no word goes on, and a full
/// stop behind it is the sentence's.
pub(super) fn of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut end = 0;
    for (at, _) in text.match_indices('@') {
        let glued = text[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || "/:._-+".contains(c));
        if at < end || glued {
            continue;
        }
        let rest = &text[at + 1..];
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = rest[..length].trim_end_matches(['.', '-', '@']);
        if !name.is_empty() {
            end = at + 1 + name.len();
            found.push(text[at..end].to_owned());
        }
    }
    found
}

/// An address has an `@` of its own.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "-_.@+".contains(c)
}
