//! The text and the subject that Datadog publishes to an SNS topic, in the form of 2018 and in that of 2026.
//!
//! Both are: the rendered message, the sentence about the query, the line of a test, the footer with its links. Only the
//! shapes of the links differ: ids stand nowhere but in them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock;
use crate::world::Form;

/// Characters a group keeps in a link.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// Custom sub-domains are common; nothing may depend on the host.
const SITE: &str = "https://app.datadoghq.com";
/// How far back the links look.
const WINDOW_MS: u64 = 900_000;
/// SNS takes subjects of up to 100 characters.
const SUBJECT_LIMIT: usize = 100;

/// Which parts of the text a `notification_preset_name` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Preset {
    pub(crate) query: bool,
    pub(crate) handles: bool,
    pub(crate) footer: bool,
}

impl Preset {
    /// The parts under a preset's name; all of them without one.
    pub(crate) fn named(name: Option<&str>) -> Self {
        let parts = |query, handles, footer| Self {
            query,
            handles,
            footer,
        };
        match name {
            Some("hide_query") => parts(false, true, true),
            Some("hide_handles") => parts(true, false, true),
            Some("hide_query_and_handles") => parts(false, false, true),
            Some("hide_handles_and_footer") => parts(true, false, false),
            Some("hide_all" | "show_only_snapshot") => parts(false, false, false),
            _ => parts(true, true, true),
        }
    }
}

/// What a notification says.
#[derive(Clone, Debug)]
pub(crate) struct Content<'a> {
    /// The message, rendered.
    pub(crate) message: &'a str,
    /// The sentence about the query.
    pub(crate) query: &'a str,
    pub(crate) monitor_id: u64,
    pub(crate) event_id: u64,
    /// `*` for a simple alert.
    pub(crate) group: &'a str,
    /// Who asked for it, when it is a test.
    pub(crate) tester: Option<&'a str>,
    /// Wall milliseconds.
    pub(crate) at_ms: u64,
}

/// The body of the notification.
pub(crate) fn body(content: &Content<'_>, form: Form, preset: Preset) -> String {
    let mut parts = Vec::new();
    let message = if preset.handles {
        content.message.to_owned()
    } else {
        super::handles::remove(content.message)
    };
    if !message.is_empty() {
        parts.push(message);
    }
    if preset.query {
        let when = clock::sentence(content.at_ms);
        parts.push(format!(
            "{}\n\nThe monitor was last triggered at {when}.",
            content.query
        ));
    }
    if let Some(tester) = content.tester {
        parts.push(format!("Test notification triggered by {tester}."));
    }
    if preset.footer {
        parts.push(footer(content, form));
    }
    parts.join("\n\n")
}

fn footer(content: &Content<'_>, form: Form) -> String {
    let group = match content.group {
        "*" => None,
        group => Some(format!("group={}", utf8_percent_encode(group, KEPT))),
    };
    let [status, edit, event, logs] = match form {
        Form::Y2018 => links_of_2018(content, group),
        Form::Y2026 => links_of_2026(content, group),
    };
    [
        format!("Monitor Status: {SITE}{status}"),
        format!("Edit Monitor: {SITE}{edit}"),
        format!("Event URL: {SITE}{event}"),
        format!("Related Logs: {SITE}{logs}"),
    ]
    .join(" · ")
}

/// Status, edit, event and logs.
fn links_of_2018(content: &Content<'_>, group: Option<String>) -> [String; 4] {
    let Content {
        monitor_id,
        event_id,
        at_ms,
        ..
    } = content;
    let group = group.map_or_else(String::new, |group| format!("?{group}"));
    [
        format!("/monitors#{monitor_id}{group}"),
        format!("/monitors#{monitor_id}/edit"),
        format!("/event/event?id={event_id}"),
        format!(
            "/logs?from_ts={}&to_ts={at_ms}",
            at_ms.saturating_sub(WINDOW_MS)
        ),
    ]
}

/// Status, edit, event and logs.
fn links_of_2026(content: &Content<'_>, group: Option<String>) -> [String; 4] {
    let Content {
        monitor_id,
        event_id,
        at_ms,
        ..
    } = content;
    let group = group.map_or_else(String::new, |group| format!("{group}&"));
    let window = format!("from_ts={}&to_ts={at_ms}", at_ms.saturating_sub(WINDOW_MS));
    let event = format!("link_event_id={event_id}&link_event_ts={}", at_ms / 1000);
    let source = format!("link_source=monitor_notif&link_monitor_id={monitor_id}&{event}");
    [
        format!("/monitors/{monitor_id}?{group}{window}&event_id={event_id}&{source}"),
        format!("/monitors/{monitor_id}/edit?{source}"),
        format!("/event/jump_to?event_id={event_id}&{source}"),
        format!("/logs?{window}&{source}"),
    ]
}

/// The title of the event: `[Triggered on {bank_code:0001}] Name`.
pub(crate) fn title(word: &str, group: &str, name: &str) -> String {
    match group {
        "*" => format!("[{word}] {name}"),
        group => format!("[{word} on {{{group}}}] {name}"),
    }
}

/// The subject of the SNS message: the title, cut, on one line; a test begins with `[TEST]`.
pub(crate) fn subject(title: &str, test: bool) -> String {
    let test = if test { "[TEST] " } else { "" };
    let line = format!("{test}{title}");
    line.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SUBJECT_LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(group: &str) -> Content<'_> {
        Content {
            message: "text @sns-cb",
            query: "x over y was > 1.",
            monitor_id: 42,
            event_id: 7_890_000_000_001_000_004,
            group,
            tester: None,
            at_ms: 1_765_465_760_778,
        }
    }

    const ALL: Preset = Preset {
        query: true,
        handles: true,
        footer: true,
    };

    #[test]
    fn the_form_of_2018() {
        let expected = "text @sns-cb\n\nx over y was > 1.\n\nThe monitor was last triggered at Thu Dec 11 2025 15:09:20 UTC.\n\n\
            Monitor Status: https://app.datadoghq.com/monitors#42?group=bank_code%3A0001%2Cenv%3Aprod · \
            Edit Monitor: https://app.datadoghq.com/monitors#42/edit · \
            Event URL: https://app.datadoghq.com/event/event?id=7890000000001000004 · \
            Related Logs: https://app.datadoghq.com/logs?from_ts=1765464860778&to_ts=1765465760778";
        assert_eq!(
            body(&content("bank_code:0001,env:prod"), Form::Y2018, ALL),
            expected
        );
    }

    #[test]
    fn the_form_of_2026() {
        let source = "link_source=monitor_notif&link_monitor_id=42&link_event_id=7890000000001000004&link_event_ts=1765465760";
        let text = body(&content("bank_code:0001"), Form::Y2026, ALL);
        let footer = text.lines().last().unwrap();
        let expected = format!(
            "Monitor Status: https://app.datadoghq.com/monitors/42?group=bank_code%3A0001&from_ts=1765464860778&to_ts=1765465760778\
             &event_id=7890000000001000004&{source} · \
             Edit Monitor: https://app.datadoghq.com/monitors/42/edit?{source} · \
             Event URL: https://app.datadoghq.com/event/jump_to?event_id=7890000000001000004&{source} · \
             Related Logs: https://app.datadoghq.com/logs?from_ts=1765464860778&to_ts=1765465760778&{source}"
        );
        assert_eq!(footer, expected);
    }

    #[test]
    fn a_simple_alert_has_no_group_in_its_links() {
        for form in [Form::Y2018, Form::Y2026] {
            assert!(!body(&content("*"), form, ALL).contains("group="));
        }
    }

    #[test]
    fn presets_take_parts_away() {
        for (name, query, handles, footer) in [
            ("show_all", true, true, true),
            ("hide_query", false, true, true),
            ("hide_handles", true, false, true),
            ("hide_handles_and_footer", true, false, false),
            ("hide_all", false, false, false),
            ("show_only_snapshot", false, false, false),
        ] {
            let text = body(&content("*"), Form::Y2026, Preset::named(Some(name)));
            let found = (
                text.contains("x over y"),
                text.contains("@sns-cb"),
                text.contains("Monitor Status"),
            );
            assert_eq!(found, (query, handles, footer), "{name}");
        }
    }

    #[test]
    fn a_test_says_so_after_the_sentence() {
        let text = body(
            &Content {
                tester: Some("ops@example.com"),
                ..content("*")
            },
            Form::Y2026,
            ALL,
        );
        let at = |part: &str| text.find(part).unwrap();
        assert!(at("last triggered at") < at("\nTest notification triggered by ops@example.com."));
        assert!(at("Test notification") < at("Monitor Status:"));
    }

    #[test]
    fn subjects_are_one_line_of_at_most_100_characters() {
        assert_eq!(
            subject(&title("Triggered", "bank_code:0001", "Bank\nerrors"), false),
            "[Triggered on {bank_code:0001}] Bank errors"
        );
        assert_eq!(
            subject(&title("Recovered", "*", "銀行"), true),
            "[TEST] [Recovered] 銀行"
        );
        assert_eq!(
            subject(&title("Warn", "*", &"銀".repeat(200)), false)
                .chars()
                .count(),
            100
        );
    }
}
