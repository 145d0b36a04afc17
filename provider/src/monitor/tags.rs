//! The tags of a monitor: its own, the breaker's and the provider's default ones, put together and told apart again.

use super::model::{Decided, Wiring, settled};
use crate::config::Texts;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, FromValue, IntoValue, Value};

/// The key of the tag by which a service finds the monitors of a breaker.
pub(crate) const BREAKER_KEY: &str = "circuit_breaker";

/// What a monitor gets in Datadog; `None` while a part of it is unknown. `defaults` is the provider's map:
/// a default gives way to a tag of the monitor with the same key.
pub(crate) fn effective(wiring: &Wiring, defaults: &Value) -> Option<BTreeSet<String>> {
    let mut tags = settled(&wiring.tags).decided()?.unwrap_or_default();
    tags.extend(
        wiring
            .breaker
            .decided()?
            .map(|name| format!("{BREAKER_KEY}:{name}")),
    );
    let own: BTreeSet<String> = tags.iter().map(|tag| key(tag).to_owned()).collect();
    let defaults = default_tags(defaults)?
        .into_iter()
        .filter(|(key, _)| !own.contains(key));
    tags.extend(defaults.map(|(key, value)| format!("{key}:{value}")));
    Some(tags)
}

/// What stands before the first colon, or all of a tag without one.
pub(crate) fn key(tag: &str) -> &str {
    tag.split_once(':').map_or(tag, |(key, _)| key)
}

fn default_tags(defaults: &Value) -> Option<BTreeMap<String, String>> {
    if !defaults.is_wholly_known() {
        return None;
    }
    Some(BTreeMap::from_value(defaults).unwrap_or_default())
}

/// The tags that Datadog has.
pub(crate) fn held(remote: &Json) -> BTreeSet<String> {
    let tags = remote["tags"].as_array().into_iter().flatten();
    tags.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Of the tags that Datadog has, those that others put there: `values` ignores their keys, and they are none of its own.
pub(crate) fn of_others(
    values: &Value,
    own: &BTreeSet<String>,
    held: &BTreeSet<String>,
) -> BTreeSet<String> {
    let ignored = values.get("ignore_tag_keys").as_elements();
    let keys = ignored.unwrap_or_default().iter().filter_map(Value::as_str);
    let keys: BTreeSet<&str> = keys.map(key).collect();
    let theirs = held.difference(own).filter(|tag| keys.contains(key(tag)));
    theirs.cloned().collect()
}

/// `tags` and `breaker` as state should hold them, given what it held and what Datadog has.
/// As long as both mean the same set of tags, the words of the configuration stay.
pub(crate) fn read_back(
    prior: &Wiring,
    remote: &BTreeSet<String>,
    defaults: &Value,
) -> (Value, Value) {
    if effective(prior, defaults).as_ref() == Some(remote) {
        return (
            prior.tags.clone().into_value(),
            prior.breaker.clone().into_value(),
        );
    }
    let written = settled(&prior.tags).into_known().unwrap_or_default();
    let inherited = default_tags(defaults).unwrap_or_default();
    let is_inherited = |tag: &&String| {
        let default = inherited
            .get(key(tag))
            .is_some_and(|value| **tag == format!("{}:{value}", key(tag)));
        written.contains(*tag) || !default
    };
    let mut rest: BTreeSet<String> = remote.iter().filter(is_inherited).cloned().collect();
    let breaker = rest
        .iter()
        .find(|tag| key(tag) == BREAKER_KEY && !written.contains(*tag))
        .cloned();
    if let Some(tag) = &breaker {
        rest.remove(tag);
    }
    let breaker = breaker
        .as_deref()
        .and_then(|tag| tag.split_once(':'))
        .map(|(_, name)| name.to_owned());
    (set_or_prior(rest, &prior.tags), Value::from(breaker))
}

/// No tags are written as the configuration wrote them: as none, or as an empty set.
fn set_or_prior(tags: BTreeSet<String>, prior: &Texts) -> Value {
    let empty_was_written = matches!(prior, Attr::Known(set) if set.is_empty());
    if tags.is_empty() && !empty_was_written {
        Value::Null
    } else {
        Value::set(tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wiring(tags: &[&str], breaker: Option<&str>) -> Wiring {
        let tags = if tags.is_empty() {
            Value::Null
        } else {
            Value::set(tags.iter().copied())
        };
        Wiring::from_value(&Value::object([
            ("tags", tags),
            ("breaker", breaker.into()),
        ]))
        .unwrap()
    }

    fn tags(tags: &[&str]) -> BTreeSet<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn defaults() -> Value {
        Value::object([("team", "payments"), ("env", "prod")])
    }

    #[test]
    fn a_default_gives_way_to_the_same_key() {
        let own = wiring(&["env:test", "plain"], Some("bank"));
        let expected = tags(&["circuit_breaker:bank", "env:test", "plain", "team:payments"]);
        assert_eq!(effective(&own, &defaults()), Some(expected));
        assert_eq!(effective(&wiring(&[], None), &Value::Null), Some(tags(&[])));
        assert_eq!(effective(&wiring(&[], None), &Value::Unknown), None);
    }

    /// Own tags and breaker in state; tags in Datadog; own tags and breaker read back.
    type Case<'a> = (
        &'a [&'a str],
        Option<&'a str>,
        &'a [&'a str],
        &'a [&'a str],
        Option<&'a str>,
    );

    #[rustfmt::skip]
    const CASES: &[Case<'_>] = &[
        (&["a:1"], Some("bank"), &["a:1", "circuit_breaker:bank", "env:prod", "team:payments"], &["a:1"], Some("bank")),
        (&["a:1"], Some("bank"), &["a:1", "env:prod", "team:payments"], &["a:1"], None),
        (&["a:1"], None, &["a:1", "b:2", "env:prod", "team:payments"], &["a:1", "b:2"], None),
        (&["a:1"], Some("x"), &["a:1", "circuit_breaker:y"], &["a:1"], Some("y")),
        (&["circuit_breaker:x"], None, &["circuit_breaker:x", "new"], &["circuit_breaker:x", "new"], None),
        (&["env:prod"], None, &["env:prod", "other"], &["env:prod", "other"], None),
        (&[], None, &["circuit_breaker:bank", "env:prod"], &[], Some("bank")),
        (&[], None, &["env:test"], &["env:test"], None),
    ];

    #[test]
    fn what_datadog_has_is_told_apart_again() {
        for (own, breaker, remote, expected, expected_breaker) in CASES {
            let (read, read_breaker) =
                read_back(&wiring(own, *breaker), &tags(remote), &defaults());
            let expected = wiring(expected, None).tags.into_value();
            assert_eq!(
                (read, read_breaker),
                (expected, Value::from(*expected_breaker)),
                "{own:?} {remote:?}"
            );
        }
    }
}
