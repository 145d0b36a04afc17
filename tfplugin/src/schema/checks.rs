//! Ready-made rules for [`Attribute::check`](super::Attribute::check).

use super::Check;
use crate::value::{Number, Value};
use std::{ops::RangeInclusive, sync::Arc};

/// Any rule for a string.
pub fn text(rule: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Check {
    Arc::new(move |value| value.as_str().map_or(Ok(()), &rule))
}

/// A string, list, set or map that is not empty; a string of blanks counts as empty.
pub fn not_empty() -> Check {
    Arc::new(|value| {
        let empty = match value.concrete() {
            Value::String(text) => text.trim().is_empty(),
            Value::List(elements) | Value::Set(elements) => elements.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        };
        if empty {
            Err("must not be empty".to_owned())
        } else {
            Ok(())
        }
    })
}

/// A string of so many characters, or a list, set or map of so many elements.
pub fn length(range: RangeInclusive<usize>) -> Check {
    Arc::new(move |value| {
        let (length, unit) = match value.concrete() {
            Value::String(text) => (text.chars().count(), "characters"),
            Value::List(elements) | Value::Set(elements) => (elements.len(), "elements"),
            Value::Map(entries) => (entries.len(), "elements"),
            _ => return Ok(()),
        };
        if range.contains(&length) {
            return Ok(());
        }
        let (min, max) = (range.start(), range.end());
        Err(format!("must have {min} to {max} {unit}, has {length}"))
    })
}

/// A string out of a closed list.
pub fn one_of<S: Into<String>>(allowed: impl IntoIterator<Item = S>) -> Check {
    let allowed: Vec<String> = allowed.into_iter().map(Into::into).collect();
    text(move |text| {
        if allowed.iter().any(|a| a == text) {
            return Ok(());
        }
        Err(format!(
            "`{text}` is none of the allowed values: use one of {}",
            quoted(&allowed)
        ))
    })
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A number from `min` to `max`, both included.
pub fn between(min: impl Into<Number>, max: impl Into<Number>) -> Check {
    let range = min.into()..=max.into();
    number(move |number| {
        if range.contains(number) {
            return Ok(());
        }
        Err(format!(
            "`{number}` is out of range: use a number from {} to {}",
            range.start(),
            range.end()
        ))
    })
}

/// A whole number.
pub fn whole() -> Check {
    number(|number| match number.to_i64() {
        Some(_) => Ok(()),
        None => Err(format!("`{number}` is not a whole number")),
    })
}

fn number(rule: impl Fn(&Number) -> Result<(), String> + Send + Sync + 'static) -> Check {
    Arc::new(move |value| value.as_number().map_or(Ok(()), &rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_or_say_what_to_do() {
        let decimal: Value = "2.5".parse::<Number>().unwrap().into();
        let cases = [
            (not_empty(), "a".into(), Ok(())),
            (not_empty(), " ".into(), Err("must not be empty")),
            (not_empty(), Value::List(vec![]), Err("must not be empty")),
            (length(1..=2), "日本".into(), Ok(())),
            (
                length(1..=2),
                Value::list([1, 2, 3]),
                Err("must have 1 to 2 elements, has 3"),
            ),
            (one_of(["a", "b"]), "b".into(), Ok(())),
            (
                one_of(["a", "b"]),
                "c".into(),
                Err("`c` is none of the allowed values: use one of `a`, `b`"),
            ),
            (between(1, 5), 5.into(), Ok(())),
            (
                between(1, 5),
                0.into(),
                Err("`0` is out of range: use a number from 1 to 5"),
            ),
            (whole(), 3.into(), Ok(())),
            (whole(), decimal, Err("`2.5` is not a whole number")),
        ];
        for (check, value, wanted) in cases {
            assert_eq!(check(&value), wanted.map_err(str::to_owned), "{value:?}");
        }
    }
}
