//! What happened, in order, for whoever watches: a page, a test, a person. The newest entries only.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

use crate::clock::Moment;

/// So many entries are kept.
const KEPT: usize = 5000;

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// From 1, without gaps.
    pub(crate) id: u64,
    /// Virtual milliseconds.
    pub(crate) at_ms: u64,
    /// Wall milliseconds.
    pub(crate) wall_ms: u64,
    /// `transition`, `notification`, `delivery`, `monitor`, `downtime`, `points`, `clock`, `fault`, `reset`, or a word of
    /// whoever reported it.
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// The newest entries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Log {
    pub(crate) fn add(&mut self, now: Moment, kind: &str, data: Value) {
        self.last += 1;
        let (at_ms, wall_ms) = (now.virtual_ms, now.wall_ms);
        let entry = Entry {
            id: self.last,
            at_ms,
            wall_ms,
            kind: kind.to_owned(),
            data,
        };
        self.entries.push_back(entry);
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
    }

    /// The id of the newest entry; 0 if there is none.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Every kept entry after that id.
    pub(crate) fn after(&self, id: u64) -> Vec<Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.id > id)
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_are_kept_and_numbered_without_gaps() {
        let mut log = Log::default();
        let now = Moment {
            wall_ms: 1,
            virtual_ms: 2,
        };
        for i in 0..KEPT + 3 {
            log.add(now, "note", json!(i));
        }
        let ids: Vec<u64> = log.after(0).iter().map(|entry| entry.id).collect();
        assert_eq!(
            (ids.len(), ids.first(), ids.last()),
            (KEPT, Some(&4), Some(&log.last()))
        );
        assert!(log.after(log.last()).is_empty());
    }
}
