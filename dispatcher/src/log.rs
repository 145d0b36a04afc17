//! One JSON object per line on stdout, which is where Lambda collects logs. The time is added
//! there. Callers never pass keys, signatures or bodies.

use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value};

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
    let mut text = render(level, msg, more);
    text.push('\n');
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn render(level: Level, msg: &str, more: &Value) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        level: Level,
        msg: &'a str,
        #[serde(flatten)]
        more: Option<&'a Map<String, Value>>,
    }
    let line = Line {
        level,
        msg,
        more: more.as_object(),
    };
    serde_json::to_string(&line).unwrap_or_default()
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
}
