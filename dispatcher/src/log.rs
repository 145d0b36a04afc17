//! One JSON object per line on stdout, which is where Lambda collects logs. The time is added
//! there. Callers never pass keys, signatures or bodies; texts from elsewhere are redacted here.

use std::borrow::Cow;
#[cfg(not(test))]
use std::io::Write;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Info,
    /// Works, and somebody should know.
    Warn,
    /// Somebody must act.
    Error,
}

/// Writes a line with `level`, `msg` and the fields of `more`, which should be an object. A log
/// that cannot be written stops nothing.
pub fn line(level: Level, msg: &str, more: &Value) {
    raw(&render(level, msg, more));
}

/// Says nothing: the tests of this crate send messages by the hundred thousand, and those of the
/// log read that of a real process.
#[cfg(test)]
pub(crate) fn raw(_: &str) {}

/// Writes a line as it is.
#[cfg(not(test))]
pub(crate) fn raw(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

fn render(level: Level, msg: &str, more: &Value) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        level: Level,
        msg: Cow<'a, str>,
        #[serde(flatten)]
        more: Fields<'a>,
    }
    let line = Line {
        level,
        msg: redact(msg),
        more: Fields(more),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// The fields of an object, their texts redacted.
struct Fields<'a>(&'a Value);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.as_object().into_iter().flatten();
        serializer.collect_map(fields.map(|(name, value)| (name, Shown(value))))
    }
}

struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => redact(text).serialize(serializer),
            other => other.serialize(serializer),
        }
    }
}

/// Takes out what a text must not show: signing keys, and of URLs the credentials and the query.
/// What was redacted once stays as it is.
pub fn redact(text: &str) -> Cow<'_, str> {
    if !text.contains("://") && !text.contains("whsec_") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_inclusive(ends_word).map(redact_word).collect())
}

fn ends_word(found: char) -> bool {
    found.is_whitespace() || matches!(found, '`' | '"' | '\'' | ';' | ',')
}

fn redact_word(word: &str) -> String {
    let (word, end) = word.split_at(word.trim_end_matches(ends_word).len());
    if let Some((before, _)) = word.split_once("whsec_") {
        return format!("{before}whsec_…{end}");
    }
    let Some((scheme, rest)) = word.split_once("://") else {
        return format!("{word}{end}");
    };
    let (shown, query) = match rest.split_once('?') {
        Some((shown, _)) => (shown, "?…"),
        None => (rest, ""),
    };
    let authority = shown.split(['/', '\\', '#']).next().unwrap_or_default();
    let shown = match authority.rsplit_once('@') {
        Some((credentials, _)) => format!("…{}", &shown[credentials.len()..]),
        None => shown.to_owned(),
    };
    format!("{scheme}://{shown}{query}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object_whatever_it_quotes() {
        let line = render(
            Level::Warn,
            "refused",
            &serde_json::json!({"url": "a\n\"b", "ms": 3}),
        );
        assert_eq!(
            line,
            r#"{"level":"warn","msg":"refused","ms":3,"url":"a\n\"b"}"#
        );
    }

    #[test]
    fn no_secret_passes() {
        for (text, shown) in [
            (
                "see `https://a.example/cb?token=1` now",
                "see `https://a.example/cb?…` now",
            ),
            ("https://user:word@a.example/cb", "https://…@a.example/cb"),
            (
                "https://a@b@c.example?x, next",
                "https://…@c.example?…, next",
            ),
            ("https://a.example/@x", "https://a.example/@x"),
            ("keys=whsec_C2FVsBQIhrsc and", "keys=whsec_… and"),
            ("what? nothing", "what? nothing"),
            ("銀行 https://a.example/銀?x", "銀行 https://a.example/銀?…"),
            ("", ""),
        ] {
            assert_eq!(redact(text), shown);
            assert_eq!(redact(shown), shown);
            let line = render(Level::Info, text, &serde_json::json!({ "reason": text }));
            assert!(
                !line.contains("token=1") && !line.contains("word"),
                "{line}"
            );
        }
    }
}
