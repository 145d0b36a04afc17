//! What Datadog does when a group changes: the transition, the event, the rendered message, the recipients.

mod notify;
mod event;
mod scene;
mod text;
mod template;
mod handles;
pub(crate) mod transition;

pub(crate) use handles::find as handles;
pub(crate) use notify::{Change, after_downtime, set_group, test_notification};

/// One transition on its way to its recipients.
struct Telling<'a> {
    monitor: &'a crate::monitor::Monitor,
    transition: transition::Transition,
    /// `*` for a simple alert.
    group: &'a str,
    /// The value said to have been measured.
    value: Option<&'a str>,
    test: bool,
}
