//! Downtimes: while one covers a group, its state changes and nobody is told.

use serde::Serialize;

/// A downtime that is active until it is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Downtime {
    pub(crate) id: u64,
    /// Tags that a group must all have; `*` is every group.
    pub(crate) scope: Vec<String>,
    /// Wall seconds.
    pub(crate) start: u64,
    /// Wall seconds; none: it has no end.
    pub(crate) end: Option<u64>,
}

impl Downtime {
    /// Whether it mutes a group now, in wall seconds.
    pub(crate) fn mutes(&self, group: &str, now_s: u64) -> bool {
        self.start <= now_s && self.end.is_none_or(|end| end > now_s) && self.covers(group)
    }

    /// Whether it is for a group.
    fn covers(&self, group: &str) -> bool {
        self.scope
            .iter()
            .all(|tag| tag == "*" || group.split(',').any(|has| has == tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tags_of_the_scope_must_be_there() {
        let covers = |scope: &[&str], group: &str| {
            let scope = scope.iter().map(|&tag| tag.to_owned()).collect();
            Downtime {
                id: 1,
                scope,
                start: 0,
                end: None,
            }
            .covers(group)
        };
        assert!(
            covers(&["*"], "a:1,b:2")
                && covers(&["a:1"], "a:1,b:2")
                && covers(&["b:2", "a:1"], "a:1,b:2")
        );
        assert!(
            !covers(&["a:1", "c:3"], "a:1,b:2")
                && !covers(&["a:1"], "a:10")
                && !covers(&["a:1"], "*")
        );
    }
}
