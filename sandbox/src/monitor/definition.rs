//! The definition of a monitor: what a client sent, as Datadog keeps it.

use serde_json::{Map, Value, json};

use super::options;
use super::query;

/// Types that have a state but no groups in the answer: their `group_states` are always empty.
pub(crate) const STATELESS_GROUPS: [&str; 3] = ["composite", "slo alert", "synthetics alert"];

/// What a client may set. Every other key of a request is ignored, as are the keys that only answers have.
const WRITABLE: [&str; 10] = [
    "name",
    "type",
    "query",
    "message",
    "tags",
    "options",
    "priority",
    "restricted_roles",
    "draft_status",
    "assets",
];

/// A canonical definition; holds every writable key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition(Map<String, Value>);

impl Definition {
    /// The definition of a new monitor. `sent` has passed [`super::check`].
    pub(crate) fn create(sent: &Map<String, Value>) -> Self {
        let mut map: Map<String, Value> = sent
            .iter()
            .filter(|(key, _)| WRITABLE.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        canonical(&mut map);
        Self(map)
    }

    /// The definition after a PUT: keys that were sent replace the old ones whole, the others stay.
    pub(crate) fn update(&self, sent: &Map<String, Value>) -> Self {
        let mut map = self.0.clone();
        map.extend(sent.iter().map(|(key, value)| (key.clone(), value.clone())));
        Self::create(&map)
    }

    /// All keys.
    pub(crate) fn map(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn option(&self, key: &str) -> Option<&Value> {
        self.0.get("options")?.get(key)
    }

    pub(crate) fn kind(&self) -> &str {
        self.text("type")
    }

    pub(crate) fn query(&self) -> &str {
        self.text("query")
    }

    pub(crate) fn is_grouped(&self) -> bool {
        query::is_grouped(self.query())
    }

    pub(crate) fn is_draft(&self) -> bool {
        self.text("draft_status") == "draft"
    }

    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.0
            .get("tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    /// Whether recipients hear about missing data.
    pub(crate) fn notifies_no_data(&self) -> bool {
        match self.option("on_missing_data").and_then(Value::as_str) {
            Some(policy) => policy == "show_and_notify_no_data",
            None => self.option("notify_no_data") == Some(&Value::Bool(true)),
        }
    }

    /// Whether missing data counts as recovery.
    pub(crate) fn resolves_on_no_data(&self) -> bool {
        self.option("on_missing_data")
            .is_some_and(|policy| policy == "resolve")
    }

    /// Whether `options.silenced` mutes the group: by its own key or by `*`, with no end or one that is still to come.
    pub(crate) fn silences(&self, group: &str, now_s: u64) -> bool {
        let Some(Value::Object(silenced)) = self.option("silenced") else {
            return false;
        };
        ["*", group]
            .iter()
            .filter_map(|key| silenced.get(*key))
            .any(|end| end.as_u64().is_none_or(|end| end > now_s))
    }
}

fn canonical(map: &mut Map<String, Value>) {
    for key in ["name", "query", "message"] {
        options::trim(map, key);
    }
    let kind = canonical_type(map);
    let sent = map
        .get("options")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    map.insert(
        "options".to_owned(),
        Value::Object(options::canonical(&sent, &kind)),
    );
    map.insert("type".to_owned(), Value::String(kind));
    if map
        .get("priority")
        .is_some_and(|priority| priority.as_u64() == Some(0))
    {
        map.remove("priority");
    }
    let assets = map
        .get("assets")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    map.insert("assets".to_owned(), assets.iter().map(asset).collect());
    let default = |key: &str| match key {
        "tags" => json!([]),
        "draft_status" => json!("published"),
        "name" | "message" => json!(""),
        _ => Value::Null,
    };
    for key in WRITABLE {
        let slot = map.entry(key).or_insert(Value::Null);
        if slot.is_null() {
            *slot = default(key);
        }
    }
}

/// `metric alert` and `query alert` are one type with two names; for some queries the server insists on one of them.
fn canonical_type(map: &Map<String, Value>) -> String {
    let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
    let (kind, query) = (text("type"), text("query"));
    match kind {
        "query alert" if query.starts_with("formula(") => "metric alert".to_owned(),
        "metric alert" if query.contains("(current_1mo)") => "query alert".to_owned(),
        _ => kind.to_owned(),
    }
}

/// An asset (a runbook link) with the keys the server adds.
fn asset(sent: &Value) -> Value {
    let or = |key: &str, default: Value| sent.get(key).cloned().unwrap_or(default);
    json!({
        "name": or("name", Value::Null),
        "category": or("category", Value::Null),
        "url": or("url", Value::Null),
        "template_variables": or("template_variables", json!({})),
        "options": or("options", json!({})),
        "resource_key": or("resource_key", Value::Null),
        "resource_type": or("resource_type", Value::Null),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(sent: Value) -> Definition {
        Definition::create(sent.as_object().unwrap())
    }

    #[test]
    fn a_minimal_monitor_gets_every_default() {
        let made = created(json!({"type": "metric alert", "query": " avg(last_5m):x{*} > 1\n"}));
        assert_eq!(made.query(), "avg(last_5m):x{*} > 1");
        for (key, expected) in [
            ("tags", json!([])),
            ("priority", Value::Null),
            ("restricted_roles", Value::Null),
            ("draft_status", json!("published")),
            ("assets", json!([])),
            ("message", json!("")),
        ] {
            assert_eq!(made.map()[key], expected, "{key}");
        }
    }

    #[test]
    fn keys_of_answers_and_unknown_keys_are_ignored() {
        let made = created(
            json!({"type": "metric alert", "query": "x > 1", "id": 5, "org_id": 6, "classification": "custom"}),
        );
        assert!(
            ["id", "org_id", "classification"]
                .iter()
                .all(|key| !made.map().contains_key(*key))
        );
    }

    #[test]
    fn the_server_picks_one_of_the_two_names_of_the_metric_type() {
        for (kind, query, expected) in [
            (
                "query alert",
                "formula(\"q\").last(\"5m\") > 1",
                "metric alert",
            ),
            ("query alert", "avg(last_5m):x{*} > 1", "query alert"),
            ("metric alert", "avg(current_1mo):x{*} > 1", "query alert"),
            ("metric alert", "avg(last_5m):x{*} > 1", "metric alert"),
        ] {
            assert_eq!(
                created(json!({"type": kind, "query": query})).kind(),
                expected,
                "{query}"
            );
        }
    }

    #[test]
    fn a_put_replaces_what_it_names_and_keeps_the_rest() {
        let old = created(
            json!({"type": "metric alert", "query": "x > 1", "name": "a", "message": "m", "priority": 2,
            "options": {"timeout_h": 1}}),
        );
        let new = old.update(
            json!({"name": " b ", "priority": 0, "options": {"evaluation_delay": 9}})
                .as_object()
                .unwrap(),
        );
        assert_eq!((new.text("name"), new.text("message")), ("b", "m"));
        assert_eq!(new.map()["priority"], Value::Null);
        assert_eq!(
            (new.option("timeout_h"), new.option("evaluation_delay")),
            (None, Some(&json!(9)))
        );
    }

    #[test]
    fn no_data_rules() {
        for (options, notifies, resolves) in [
            (json!({}), false, false),
            (json!({"notify_no_data": true}), true, false),
            (json!({"on_missing_data": "show_no_data"}), false, false),
            (
                json!({"on_missing_data": "show_and_notify_no_data"}),
                true,
                false,
            ),
            (json!({"on_missing_data": "resolve"}), false, true),
        ] {
            let made = created(
                json!({"type": "metric alert", "query": "x > 1", "options": options.clone()}),
            );
            assert_eq!(
                (made.notifies_no_data(), made.resolves_on_no_data()),
                (notifies, resolves),
                "{options}"
            );
        }
    }

    #[test]
    fn silenced_mutes_a_group_until_its_end() {
        let made = created(
            json!({"type": "metric alert", "query": "x > 1", "options": {"silenced": {"a:1": null, "a:2": 100}}}),
        );
        assert!(made.silences("a:1", 500));
        assert!(made.silences("a:2", 99));
        assert!(!made.silences("a:2", 100));
        assert!(!made.silences("a:3", 0));
    }
}
