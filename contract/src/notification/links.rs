//! Finds ids and the group in Datadog's links, whose shapes changed over the years. Hosts are never
//! looked at: they differ by site and by custom sub-domain. The table is in `docs/contract.md`.

use percent_encoding::percent_decode_str;

use crate::work;

/// What one link says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) monitor_id: Option<String>,
    pub(super) event_id: Option<String>,
    pub(super) group: Option<String>,
    /// Datadog wrote it for a notification; a person would link the bare page.
    notifies: bool,
}

/// Everything the links of a notification say. The footer stands last, so the last word counts: a
/// runbook's link to another monitor stands further up.
#[derive(Default)]
pub(super) struct Links {
    status: Link,
    event_id: Option<String>,
}

impl Links {
    /// Reads every link of a text.
    pub(super) fn collect(&mut self, text: &str) {
        for (before, url) in urls(text) {
            let label = before.trim_end_matches([' ', '\t', ':', '(', '[', ']', '<', '"']);
            self.take(read(url), LABELS.iter().any(|known| label.ends_with(known)));
        }
    }

    /// Reads a link that stands in a field of its own.
    pub(super) fn collect_field(&mut self, url: &str) {
        work::spend(url.len());
        self.take(read(url.trim()), true);
    }

    fn take(&mut self, link: Link, labelled: bool) {
        if link.monitor_id.is_none() {
            self.event_id = link.event_id.or(self.event_id.take());
        } else if link.notifies || labelled {
            let same = link.monitor_id == self.status.monitor_id;
            let earlier = if same {
                std::mem::take(&mut self.status)
            } else {
                Link::default()
            };
            self.status = Link {
                event_id: link.event_id.or(earlier.event_id),
                group: link.group.or(earlier.group),
                ..link
            };
        }
    }

    /// The last word of all links.
    pub(super) fn found(self) -> Link {
        Link {
            event_id: self.status.event_id.or(self.event_id),
            ..self.status
        }
    }
}

/// What Datadog writes before the links of its footer.
const LABELS: [&str; 2] = ["Monitor Status", "Edit Monitor"];

/// Parameters of the links that Datadog writes into notifications.
const NOTIFYING: [&str; 7] = [
    "group",
    "to_ts",
    "from_ts",
    "event_id",
    "link_event_id",
    "link_monitor_id",
    "link_source",
];

/// Reads one link; a link of another kind says nothing.
fn read(url: &str) -> Link {
    let path = url
        .split_once("://")
        .map_or("", |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let page = page.trim_end_matches('/');
    let parameter = |name: &str| {
        parameters(query)
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .last()
    };
    let id = |name: &str| parameter(name).and_then(digits);

    let numbered = ["/monitors/", "/monitors#"]
        .iter()
        .find_map(|prefix| page.strip_prefix(prefix));
    let event_id = match page {
        "/event/event" => id("id"),
        "/event/jump_to" => id("event_id"),
        _ => id("link_event_id").or_else(|| numbered.and_then(|_| id("event_id"))),
    };
    Link {
        monitor_id: id("link_monitor_id").or_else(|| numbered.and_then(digits)),
        event_id,
        group: numbered.and_then(|_| parameter("group")).and_then(decoded),
        notifies: parameters(query).any(|(key, _)| NOTIFYING.contains(&key)),
    }
}

/// Keys and values as written. A body that went through HTML separates them by `&amp;`.
fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|pair| {
        let pair = pair.strip_prefix("amp;").unwrap_or(pair);
        pair.split_once('=').unwrap_or((pair, ""))
    })
}

/// The digits that `text` begins with, if nothing but a new segment follows.
fn digits(text: &str) -> Option<String> {
    let end = text
        .find(|byte: char| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let whole = text[end..]
        .chars()
        .next()
        .is_none_or(|next| !next.is_alphanumeric());
    (end > 0 && whole).then(|| text[..end].to_owned())
}

/// A query value: `+` is a blank, `%XX` a byte.
fn decoded(value: &str) -> Option<String> {
    let value = value.replace('+', " ");
    let text = percent_decode_str(&value)
        .decode_utf8_lossy()
        .trim()
        .to_owned();
    (!text.is_empty()).then_some(text)
}

/// The URLs of a text, each with what stands before it on its line.
fn urls(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = text[at..].find("://").map(|found| at + found);
        let Some(colon) = found else {
            work::spend(text.len() - at);
            at = text.len();
            return None;
        };
        let scheme = text[at..colon]
            .bytes()
            .rev()
            .take(8)
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let start = colon - scheme;
        let before = &text[at..start];
        let end = start + length(&text[start..], before.chars().next_back());
        work::spend(end - at);
        at = end.max(colon + 3);
        Some((
            before.rsplit('\n').next().unwrap_or_default(),
            &text[start..end],
        ))
    })
}

/// How far a URL goes, given the character before it: markdown and quotes close what they open.
fn length(text: &str, opened_by: Option<char>) -> usize {
    let closing = match opened_by {
        Some('(') => ')',
        Some('[') => ']',
        Some('<') => '|',
        _ => '>',
    };
    text.find(|next: char| next.is_whitespace() || next == closing || "<>\"".contains(next))
        .unwrap_or(text.len())
}
