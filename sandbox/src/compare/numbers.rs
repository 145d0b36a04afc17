//! Which id of the sandbox stands for which recorded one. Learnt from pairs of answers; used in the requests that follow.

use std::collections::BTreeMap;

use serde_json::Value;

use super::difference::Answer;

/// Recorded numbers, as text, and what they are here.
#[derive(Debug, Default)]
pub(super) struct Numbers(BTreeMap<String, String>);

impl Numbers {
    /// Learns each `id` that stands at the same place of both answers.
    pub(super) fn learn(&mut self, recorded: &Value, here: &Value) {
        match (recorded, here) {
            (Value::Object(recorded), Value::Object(here)) => {
                for (key, value) in recorded {
                    match here.get(key) {
                        Some(own) if key == "id" => self.pair(value, own),
                        Some(own) => self.learn(value, own),
                        None => {}
                    }
                }
            }
            (Value::Array(recorded), Value::Array(here)) => {
                for (value, own) in recorded.iter().zip(here) {
                    self.learn(value, own);
                }
            }
            _ => {}
        }
    }

    fn pair(&mut self, recorded: &Value, here: &Value) {
        let text = |id: &Value| match id {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        if let (Some(recorded), Some(here)) = (text(recorded), text(here)) {
            self.0.insert(recorded, here);
        }
    }

    /// The text with each known id replaced, where it stands as a word of its own.
    pub(super) fn rewrite(&self, text: &str) -> String {
        let part_of_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(part_of_id) {
            let (before, word) = rest.split_at(start);
            let end = word.find(|c| !part_of_id(c)).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            out.push_str(before);
            out.push_str(self.0.get(word).map_or(word, String::as_str));
            rest = after;
        }
        out + rest
    }

    /// The recorded answer, in the sandbox's ids.
    pub(super) fn translate(&self, recorded: &Answer) -> Answer {
        let body = recorded.body.to_string();
        Answer {
            status: recorded.status,
            body: super::exchange::parse(&self.rewrite(&body)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_learnt_at_any_depth_and_replaced_as_words() {
        let mut numbers = Numbers::default();
        numbers.learn(
            &json!([{"id": 12, "owner": {"id": "a-1"}, "count": 7}]),
            &json!([{"id": 990, "owner": {"id": "b-2"}, "count": 8}]),
        );
        assert_eq!(
            numbers.rewrite("/m/12?x=112&q=12 && a-1 7"),
            "/m/990?x=112&q=990 && b-2 7"
        );
    }
}
