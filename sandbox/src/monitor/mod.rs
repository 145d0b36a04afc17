//! A monitor as Datadog keeps it: the definition a client sent, made canonical, and the state of its groups. No HTTP here.

mod definition;
mod options;
mod validate;
mod thresholds;
mod refusal;
pub(crate) mod query;
mod group;
mod downtime;

pub(crate) use definition::{Definition, STATELESS_GROUPS};
pub(crate) use downtime::Downtime;
pub(crate) use group::{Group, Status, UnknownStatus};
pub(crate) use refusal::invalid;
pub(crate) use validate::check;

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

/// So many changes are remembered for lagging reads.
const REMEMBERED: usize = 200;

/// The states of a monitor's groups, by group key (`*` for a simple alert).
pub(crate) type Groups = BTreeMap<String, Group>;

/// One monitor.
#[derive(Clone, Debug)]
pub(crate) struct Monitor {
    pub(crate) id: u64,
    pub(crate) definition: Definition,
    /// Wall milliseconds.
    pub(crate) created_ms: u64,
    /// Wall milliseconds.
    pub(crate) modified_ms: u64,
    pub(crate) groups: Groups,
    /// What recipients were last told, by group, or by what `notify_by` leaves of it.
    pub(crate) told: BTreeMap<String, Status>,
    /// Virtual milliseconds of the latest changes, and the groups before each: what a lagging read still answers.
    history: VecDeque<(u64, Groups)>,
    /// What mutes it, oldest first.
    pub(crate) downtimes: Vec<Downtime>,
    /// Wall milliseconds of the last change of the overall state.
    pub(crate) overall_changed_ms: Option<u64>,
}

impl Monitor {
    /// A monitor nobody has evaluated yet.
    pub(crate) fn new(id: u64, definition: Definition, now_ms: u64) -> Self {
        Self {
            id,
            definition,
            created_ms: now_ms,
            modified_ms: now_ms,
            groups: Groups::new(),
            told: BTreeMap::new(),
            history: VecDeque::new(),
            downtimes: Vec::new(),
            overall_changed_ms: None,
        }
    }

    /// Keeps the groups as they were before a change at this time.
    pub(crate) fn remember(&mut self, virtual_ms: u64, before: Groups) {
        self.history.push_back((virtual_ms, before));
        if self.history.len() > REMEMBERED {
            self.history.pop_front();
        }
    }

    /// The groups as they were before the latest change.
    pub(crate) fn groups_before(&self) -> &Groups {
        self.history
            .back()
            .map_or(&self.groups, |(_, before)| before)
    }

    /// The groups as they were at a time.
    pub(crate) fn groups_at(&self, virtual_ms: u64) -> &Groups {
        let later = self
            .history
            .iter()
            .find(|(changed_ms, _)| *changed_ms > virtual_ms);
        later.map_or(&self.groups, |(_, before)| before)
    }

    /// Who hears of a group: the group itself, or the part of it that `notify_by` names; `*` is everything at once.
    pub(crate) fn audience(&self, group: &str) -> String {
        let keys: Vec<&str> = match self.definition.option("notify_by") {
            Some(Value::Array(keys)) if !keys.is_empty() => {
                keys.iter().filter_map(Value::as_str).collect()
            }
            _ => return group.to_owned(),
        };
        let named = |tag: &&str| {
            tag.split_once(':')
                .is_some_and(|(key, _)| keys.contains(&key))
        };
        let part: Vec<&str> = group.split(',').filter(named).collect();
        if part.is_empty() {
            "*".to_owned()
        } else {
            part.join(",")
        }
    }

    /// The groups that a downtime which has expired kept from being told, and that are still bad.
    pub(crate) fn swallowed(&self, now_s: u64) -> Vec<String> {
        let due = self
            .groups
            .iter()
            .filter(|(name, group)| group.swallowed && !self.is_muted(name, now_s));
        due.map(|(name, _)| name.clone()).collect()
    }

    /// A downtime was taken away by hand: what it swallowed is not told any more.
    pub(crate) fn forget_swallowed(&mut self) {
        for group in self.groups.values_mut() {
            group.swallowed = false;
        }
    }

    /// Whether nobody is told of changes of the group.
    pub(crate) fn is_muted(&self, group: &str, now_s: u64) -> bool {
        self.definition.silences(group, now_s)
            || self
                .downtimes
                .iter()
                .any(|downtime| downtime.mutes(group, now_s))
    }

    /// Whether it is a composite of, among others, the monitor with this id.
    pub(crate) fn is_made_of(&self, id: u64) -> bool {
        let numbers = self.definition.query().split(|c: char| !c.is_ascii_digit());
        self.definition.kind() == "composite"
            && numbers
                .filter_map(|number| number.parse::<u64>().ok())
                .any(|own| own == id)
    }

    /// The state of the whole monitor.
    pub(crate) fn overall(&self) -> Status {
        worst(&self.groups)
    }
}

/// The worst status among the groups; a monitor without any has no data.
pub(crate) fn worst(groups: &Groups) -> Status {
    groups
        .values()
        .map(|group| group.status)
        .max()
        .unwrap_or(Status::NoData)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn monitor(notify_by: &Value) -> Monitor {
        let sent =
            json!({"type": "metric alert", "query": "x > 1", "options": {"notify_by": notify_by}});
        let sent = sent.as_object().cloned().unwrap_or_default();
        Monitor::new(1, Definition::create(&sent), 0)
    }

    #[test]
    fn notify_by_leaves_a_part_of_the_group() {
        for (notify_by, expected) in [
            (Value::Null, "bank:1,env:p"),
            (json!([]), "bank:1,env:p"),
            (json!(["env"]), "env:p"),
            (json!(["env", "bank"]), "bank:1,env:p"),
            (json!(["*"]), "*"),
        ] {
            assert_eq!(
                monitor(&notify_by).audience("bank:1,env:p"),
                expected,
                "{notify_by}"
            );
        }
    }

    #[test]
    fn the_past_is_remembered_by_time() {
        let mut monitor = monitor(&Value::Null);
        for at_ms in [10, 20] {
            let before = monitor.groups.clone();
            monitor.groups.insert(format!("a:{at_ms}"), Group::fresh());
            monitor.remember(at_ms, before);
        }
        let seen = |at_ms| monitor.groups_at(at_ms).len();
        assert_eq!([seen(9), seen(10), seen(19), seen(20)], [0, 1, 1, 2]);
        assert_eq!(monitor.groups_before().len(), 1);
    }
}
