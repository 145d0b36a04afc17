//! The log of a provider: JSON lines on stderr in the form of go-hclog, which Terraform
//! reads and shows when `TF_LOG` is set. Never log secrets, nor what users configured.

use serde_json::{Map, Value, json};
use std::{io::Write, time::SystemTime};
use time::OffsetDateTime;

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Each step.
    Trace,
    /// What a developer looks for.
    Debug,
    /// What happens.
    Info,
    /// What may need a look.
    Warn,
    /// What failed.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes a line with fields: `write(Level::Debug, "retrying", &[("attempt", "2")])`.
pub fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    let line = line(SystemTime::now(), level, message, fields);
    // When stderr is gone there is nobody left to tell.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

fn line(now: SystemTime, level: Level, message: &str, fields: &[(&str, &str)]) -> String {
    let mut object = Map::new();
    object.insert("@level".to_owned(), json!(level.name()));
    object.insert("@message".to_owned(), json!(message));
    object.insert("@module".to_owned(), json!("provider"));
    object.insert("@timestamp".to_owned(), json!(timestamp(now.into())));
    for (key, value) in fields {
        object.insert((*key).to_owned(), json!(value));
    }
    Value::Object(object).to_string()
}

/// `2006-01-02T15:04:05.000000Z`, hclog's format.
fn timestamp(at: OffsetDateTime) -> String {
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second, micro) = at.to_hms_micro();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_line_is_what_hclog_reads() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_042);
        let line = line(now, Level::Warn, "a \"b\"\n", &[("attempt", "2")]);
        let wanted = r#"{"@level":"warn","@message":"a \"b\"\n","@module":"provider","@timestamp":"2023-11-14T22:13:20.000042Z","attempt":"2"}"#;
        assert_eq!(line, wanted);
    }
}
