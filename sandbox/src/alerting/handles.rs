//! Finds the recipients (`@sns-…`, `@slack-…`, `@someone@example.com`) in a rendered message, and takes them out of it.

use std::ops::Range;

const SNS: &str = "@sns-";

/// Every distinct handle, with its `@`, in order of appearance.
pub(crate) fn find(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for range in ranges(text) {
        let handle = text.get(range).unwrap_or_default();
        if !found.iter().any(|known| known == handle) {
            found.push(handle.to_owned());
        }
    }
    found
}

/// The topic an SNS handle names.
pub(crate) fn topic(handle: &str) -> Option<&str> {
    handle.strip_prefix(SNS)
}

/// The text without its handles.
pub(crate) fn remove(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges(text) {
        kept.push_str(text.get(at..range.start).unwrap_or_default());
        at = range.end;
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    kept.trim().to_owned()
}

/// A handle begins with an `@` that follows no word character, and ends before its last full stop.
fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    for (at, _) in text.match_indices('@') {
        let before = text.get(..at).unwrap_or_default().chars().next_back();
        if at < end
            || before
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | ':' | '.' | '-' | '_'))
        {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let len = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+')))
            .unwrap_or(rest.len());
        let name = rest
            .get(..len)
            .unwrap_or_default()
            .trim_end_matches(['.', '-', '@']);
        if !name.is_empty() {
            end = at + 1 + name.len();
            found.push(at..end);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_and_what_only_looks_like_one() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "@slack-tech-channel @sns-dd-circuit-breaker",
                &["@slack-tech-channel", "@sns-dd-circuit-breaker"],
            ),
            (
                "Call (@pagerduty-bank). Or @ops@example.com!",
                &["@pagerduty-bank", "@ops@example.com"],
            ),
            ("@sns-a @sns-a\n@sns-b.", &["@sns-a", "@sns-b"]),
            ("mail ops@example.com", &[]),
            ("circuit-breaker-callback: https://u:@h/x@y", &[]),
            ("5 @ 3", &[]),
            ("銀行 @sns-銀行", &["@sns-銀行"]),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text), expected, "{text}");
        }
        assert_eq!((topic("@sns-cb"), topic("@slack-cb")), (Some("cb"), None));
    }

    #[test]
    fn removal_keeps_the_rest() {
        assert_eq!(remove("a @sns-b, c\n@slack-d"), "a , c");
    }
}
