//! What counts as a handle, and as a line of handles. Whether anyone is behind it, Datadog knows.

use crate::template::{Kind, tags};

/// Why `handle` cannot stand on the line of handles.
pub(super) fn fault(handle: &str) -> Option<&'static str> {
    let Some(name) = handle.strip_prefix('@') else {
        return Some("a handle begins with `@`; write it as in a Datadog message");
    };
    if handle.contains(char::is_whitespace) {
        return Some(
            "a handle holds no blanks; write one handle per entry, and `{{x}}` without blanks",
        );
    }
    if !name.starts_with(|first: char| first.is_alphanumeric() || "_{".contains(first)) {
        return Some("a name must follow the `@`; write for example `@slack-CHANNEL`");
    }
    if name.ends_with([',', ';']) {
        return Some("it ends with a separator; write one handle per entry");
    }
    if tags(name).any(|tag| tag.kind != Kind::Value) {
        return Some("only closed variables may stand in a handle; put conditionals into the text");
    }
    None
}

/// The handles of a line that holds nothing else and at least one.
pub(super) fn line(line: &str) -> Option<Vec<&str>> {
    let handles: Vec<_> = line.split_whitespace().collect();
    let only = handles.iter().all(|handle| fault(handle).is_none());
    (only && !handles.is_empty()).then_some(handles)
}
