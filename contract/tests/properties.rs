//! Properties of the readers over generated input. `PROPTEST_CASES` sets how many inputs.

use contract::{Callback, Message, Notification, Rules, Transition};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, BTreeSet};

/// Pieces of the languages that the readers know, so that random input reaches their corners.
const FRAGMENTS: [&str; 40] = [
    "{{#is_alert}}",
    "{{/is_alert}}",
    "{{#is_warning}}",
    "{{/is_warning}}",
    "{{^is_alert}}",
    "{{#is_match \"a\" \"b\"}}",
    "{{/is_match}}",
    "{{else}}",
    "{{value}}",
    "{{{x}}}",
    "{{!-- ",
    "--}}",
    "{{{{raw}}}}",
    "{{{{/raw}}}}",
    "{{",
    "}}",
    "circuit-breaker-callback: https://a.example/",
    "circuit-breaker-callback:",
    "https://b.example/x",
    "@sns-a",
    "@a@b.example",
    "@",
    ",",
    " ",
    "\t",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "words",
    "銀行",
    "\u{85}",
    "\u{2028}",
    "https://x/monitors/1?group=a%3Ab&event_id=2",
    "(https://x/monitors#1?group=%)",
    "Monitor Status: ",
    "://",
    "Test notification triggered by ",
    "[TEST] [Triggered on {a:b}] ",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(&FRAGMENTS[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    let balanced = vec(
        prop_oneof![
            soup(),
            Just("{{#is_alert}}\nDown.\n@pager\n{{/is_alert}}\n".to_owned()),
            Just("words {{value}}\n".to_owned()),
            Just("\n".to_owned()),
        ],
        0..5,
    );
    prop_oneof![soup(), balanced.prop_map(|parts| parts.concat())]
}

fn callback() -> impl Strategy<Value = Callback> {
    let url = prop_oneof![
        Just("https://a.example/cb".to_owned()),
        Just("https://b.example:8443/cb?x=1".to_owned()),
        Just("http://localhost/cb".to_owned()),
        "https://[a-z]{1,5}\\.example/[!-~]{0,6}",
    ];
    let on = btree_set(prop::sample::select(&Transition::ALL[..]), 0..4);
    (url, on).prop_map(|(url, on)| Callback { url, on })
}

fn message() -> impl Strategy<Value = Message> {
    let handle = prop_oneof![
        Just("@sns-a".to_owned()),
        Just("@slack-{{service.name}}".to_owned()),
        "@[!-~]{0,6}",
        soup().prop_map(|name| format!("@{name}")),
    ];
    (vec(callback(), 0..4), text(), vec(handle, 0..3)).prop_map(|(callbacks, text, handles)| {
        Message {
            callbacks,
            text,
            handles,
        }
    })
}

proptest! {
    #[test]
    fn what_is_rendered_is_read_back(message in message()) {
        if let Ok(rendered) = message.render() {
            prop_assert_eq!(rendered.trim(), &rendered);
            prop_assert_eq!(Message::parse(&rendered), message.normalized());
        }
    }

    #[test]
    fn render_refuses_exactly_what_check_reports(message in message()) {
        let problems = message.check_with(Rules { allow_insecure: true });
        prop_assert_eq!(message.render().err().map(|error| error.problems).unwrap_or_default(), problems);
    }

    #[test]
    fn the_normal_form_is_stable(message in message()) {
        let normal = message.normalized();
        prop_assert_eq!(&normal.normalized(), &normal);
    }

    /// What is sent on a transition calls whoever listens to it, and nobody else.
    #[test]
    fn a_preview_calls_those_who_listen(message in message(), on in prop::sample::select(&Transition::ALL[..])) {
        if let Ok(rendered) = message.render() {
            let shown = contract::preview(&rendered, on, &BTreeMap::new());
            let called: Result<BTreeSet<String>, _> = shown.map(|shown| shown.callbacks.into_iter().collect());
            let listens = |callback: &&Callback| on.shows().iter().any(|shown| callback.on.contains(shown));
            let listening = message.callbacks.iter().filter(listens);
            prop_assert_eq!(called, Ok(listening.map(|callback| callback.url.clone()).collect()));
        }
    }

    #[test]
    fn a_preview_of_anything_is_given_or_refused(input in soup(), on in prop::sample::select(&Transition::ALL[..])) {
        if let Ok(shown) = contract::preview(&input, on, &BTreeMap::new()) {
            prop_assert!(shown.callbacks.iter().all(|url| shown.text.contains(url)));
            let silent = on == Transition::AlertToWarning;
            prop_assert!(silent || shown.handles.iter().all(|handle| shown.text.contains(handle)));
        }
    }

    /// Every word of the input is still in one of the three parts.
    #[test]
    fn parsing_never_fails_and_never_loses_a_word(input in soup()) {
        let message = Message::parse(&input);
        prop_assert_eq!(&message.normalized(), &message);
        let mut kept = message.text.clone();
        for callback in &message.callbacks {
            kept.extend(["\n", contract::KEYWORD, ": ", &callback.url]);
        }
        kept.extend(message.handles.iter().flat_map(|handle| ["\n", handle]));
        for word in input.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let emptied = ["is_alert", "is_warning"].iter().any(|name| name.contains(word));
            prop_assert!(emptied || kept.contains(word), "`{}` is lost in {:?}", word, message);
        }
    }

    /// Reading what a message renders to gives one more reading of the same callbacks.
    #[test]
    fn a_notification_is_read_whatever_it_holds(input in soup(), subject in proptest::option::of(soup())) {
        let read = Notification::read(&input, subject.as_deref());
        for id in [&read.monitor_id, &read.event_id].into_iter().flatten() {
            prop_assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
        }
        let unique: BTreeSet<_> = read.callbacks.iter().collect();
        prop_assert_eq!(unique.len(), read.callbacks.len());
        for url in &read.callbacks {
            prop_assert!(input.contains(url.as_str()) && !url.contains(char::is_whitespace));
        }
    }
}

/// The round trip would prove nothing if the generator only made messages that are refused.
#[test]
fn many_generated_messages_are_valid() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let valid = (0..300)
        .filter(|_| {
            let tree = message().new_tree(&mut runner).unwrap();
            let message = tree.current();
            !message.callbacks.is_empty() && !message.text.is_empty() && message.render().is_ok()
        })
        .count();
    assert!(valid >= 15, "only {valid} of 300");
}
