//! The typed view of what is not plain in a monitor: the parts of its message, its breaker and its tags.
//! Plain settings stay values, handled row by row (`settings`). What is unknown at plan stays unknown here.

use crate::config::Texts;
use crate::names::SNS;
use contract::{Callback, Message, Transition};
use std::collections::BTreeSet;
use tfplugin::{Attr, Value};

tfplugin::model! {
    /// What makes the message and the tags; read from configuration, plan and state alike.
    pub(crate) struct Wiring {
        pub(crate) message: Attr<String>,
        pub(crate) callbacks: Attr<Vec<CallbackBlock>> = "callback",
        pub(crate) sns_topic: Attr<String>,
        pub(crate) notify: Texts,
        pub(crate) breaker: Attr<String>,
        pub(crate) tags: Texts,
        pub(crate) notify_no_data: Attr<bool>,
        pub(crate) on_missing_data: Attr<String>,
        pub(crate) rendered_message: Attr<String>,
    }

    /// One `callback` block.
    pub(crate) struct CallbackBlock {
        pub(crate) url: Attr<String>,
        pub(crate) on: Texts,
    }
}

/// The value of `on_missing_data` with which a monitor notifies.
const NOTIFYING: &str = "show_and_notify_no_data";

impl Wiring {
    /// The message to be, or `None` while a part of it is unknown.
    pub(crate) fn desired(&self) -> Option<Message> {
        let callbacks = self.callbacks.decided()?.unwrap_or_default();
        let callbacks = callbacks
            .iter()
            .map(CallbackBlock::desired)
            .collect::<Option<_>>()?;
        let notify = settled(&self.notify).decided()?.unwrap_or_default();
        let topic = self.sns_topic.decided()?;
        let handles = notify
            .into_iter()
            .chain(topic.map(|topic| format!("{SNS}{topic}")));
        let text = self.message.decided()?.unwrap_or_default();
        Some(Message {
            callbacks,
            text,
            handles: handles.collect(),
        })
    }

    /// The transitions of a callback that names none; unknown while the monitor's no-data settings are.
    pub(crate) fn default_on(&self) -> Attr<BTreeSet<Transition>> {
        let speaks = self.notify_no_data.known() == Some(&true)
            || self.on_missing_data.as_str() == Some(NOTIFYING);
        let open = self.notify_no_data.is_unknown() || self.on_missing_data.is_unknown();
        if open && !speaks {
            Attr::Unknown
        } else {
            Attr::Known(Transition::defaults(speaks))
        }
    }
}

impl CallbackBlock {
    fn desired(&self) -> Option<Callback> {
        let on = settled(&self.on).decided()?.unwrap_or_default();
        // Names were checked at validate; what only became known since is checked again before it is sent.
        let on = on.iter().filter_map(|name| name.parse().ok()).collect();
        Some(Callback {
            url: self.url.decided()?.unwrap_or_default(),
            on,
        })
    }

    /// The block that `callback` would be written as.
    pub(crate) fn of(callback: &Callback) -> Self {
        Self {
            url: Attr::Known(callback.url.clone()),
            on: names(&callback.on),
        }
    }
}

/// The set of names of transitions.
pub(crate) fn names(on: &BTreeSet<Transition>) -> Texts {
    Attr::Known(
        on.iter()
            .map(|transition| Attr::Known(transition.name().to_owned()))
            .collect(),
    )
}

/// The set as a whole: unknown while an element is.
pub(crate) fn settled(texts: &Texts) -> Attr<BTreeSet<String>> {
    match texts {
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
        Attr::Known(set) if set.iter().any(Attr::is_unknown) => Attr::Unknown,
        Attr::Known(set) => Attr::Known(
            set.iter()
                .filter_map(|text| text.known().cloned())
                .collect(),
        ),
    }
}

/// The elements that are known now, with no claim that there are no others.
pub(crate) fn known_texts(texts: &Texts) -> impl Iterator<Item = &String> {
    texts.known().into_iter().flatten().filter_map(Attr::known)
}

/// Writes one attribute of an object; other kinds of values are left alone.
pub(crate) fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Map(attributes) = object {
        attributes.insert(name.to_owned(), value);
    }
}

/// Telling "not yet known" from "known to be nothing".
pub(crate) trait Decided<T> {
    /// `None` while unknown, `Some(None)` for null.
    fn decided(&self) -> Option<Option<T>>;
}

impl<T: Clone> Decided<T> for Attr<T> {
    fn decided(&self) -> Option<Option<T>> {
        match self {
            Attr::Unknown => None,
            Attr::Null => Some(None),
            Attr::Known(value) => Some(Some(value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfplugin::FromValue;

    fn wiring(attributes: &[(&str, Value)]) -> Wiring {
        Wiring::from_value(&Value::object(attributes.iter().cloned())).unwrap()
    }

    #[test]
    fn a_message_is_desired_only_once_all_of_it_is_known() {
        let callback = |url: Value| {
            Value::list([Value::object([("url", url), ("on", Value::set(["alert"]))])])
        };
        let known = [
            ("message", Value::from("text")),
            ("callback", callback("https://a.example/".into())),
            ("sns_topic", "topic".into()),
            ("notify", Value::set(["@slack-b"])),
        ];
        let message = wiring(&known).desired().unwrap();
        assert_eq!(message.handles, ["@slack-b", "@sns-topic"]);
        assert_eq!(message.callbacks[0].on, BTreeSet::from([Transition::Alert]));
        for (i, open) in [
            Value::Unknown,
            callback(Value::Unknown),
            Value::Unknown,
            Value::set([Value::from("@a"), Value::Unknown]),
        ]
        .into_iter()
        .enumerate()
        {
            let mut attributes = known.clone();
            attributes[i].1 = open;
            assert_eq!(wiring(&attributes).desired(), None, "{}", attributes[i].0);
        }
    }

    #[test]
    fn callbacks_listen_to_no_data_when_the_monitor_tells_of_it() {
        let has_no_data = |name, value: Value| {
            wiring(&[(name, value)])
                .default_on()
                .map(|on| on.contains(&Transition::NoData))
        };
        assert_eq!(
            has_no_data("notify_no_data", Value::Null),
            Attr::Known(false)
        );
        assert_eq!(
            has_no_data("notify_no_data", true.into()),
            Attr::Known(true)
        );
        assert_eq!(has_no_data("notify_no_data", Value::Unknown), Attr::Unknown);
        assert_eq!(
            has_no_data("on_missing_data", NOTIFYING.into()),
            Attr::Known(true)
        );
        assert_eq!(
            has_no_data("on_missing_data", "resolve".into()),
            Attr::Known(false)
        );
    }
}
