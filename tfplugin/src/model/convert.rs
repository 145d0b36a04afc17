//! How fields of models are read from values and written as values.

use super::{Attr, Fields, FromValue, IntoValue, Sensitive};
use crate::{
    path::Step,
    value::{Number, Value, ValueError},
};
use std::collections::{BTreeMap, BTreeSet};

fn wrong(wanted: &str, found: &Value) -> ValueError {
    ValueError::new(format!("{wanted} wanted, {} found", found.kind()))
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        Ok(value.clone())
    }
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl FromValue for () {
    fn from_value(_: &Value) -> Result<Self, ValueError> {
        Ok(())
    }

    fn fields() -> Option<Fields> {
        Some(Fields(Vec::new()))
    }
}

impl IntoValue for () {
    fn into_value(self) -> Value {
        Value::Map(BTreeMap::new())
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        value.as_bool().ok_or_else(|| wrong("a bool", value))
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| wrong("a string", value))
    }
}

impl FromValue for Number {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        value
            .as_number()
            .cloned()
            .ok_or_else(|| wrong("a number", value))
    }
}

macro_rules! into_value {
    ($($ty:ty)*) => { $(
        impl IntoValue for $ty {
            fn into_value(self) -> Value {
                Value::from(self)
            }
        }
    )* };
}
into_value!(bool String &str Number i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! from_whole_number {
    ($($integer:ty)*) => { $(
        impl FromValue for $integer {
            fn from_value(value: &Value) -> Result<Self, ValueError> {
                let number = Number::from_value(value)?;
                let whole = number.to_i64().map(i128::from).or(number.to_u64().map(i128::from));
                whole.and_then(|n| n.try_into().ok()).ok_or_else(|| {
                    let (min, max) = (<$integer>::MIN, <$integer>::MAX);
                    ValueError::new(format!("a whole number from {min} to {max} wanted"))
                })
            }
        }
    )* };
}
from_whole_number!(i8 i16 i32 i64 u8 u16 u32 u64);

impl<T: FromValue> FromValue for Attr<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        match value.concrete() {
            Value::Null => Ok(Self::Null),
            Value::Unknown => Ok(Self::Unknown),
            _ => T::from_value(value).map(Self::Known),
        }
    }

    fn fields() -> Option<Fields> {
        T::fields()
    }
}

impl<T: IntoValue> IntoValue for Attr<T> {
    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
            Self::Known(value) => value.into_value(),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        if value.is_null() {
            Ok(None)
        } else {
            T::from_value(value).map(Some)
        }
    }

    fn fields() -> Option<Fields> {
        T::fields()
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

impl<T: FromValue> FromValue for Sensitive<T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        T::from_value(value).map(Self)
    }

    fn fields() -> Option<Fields> {
        T::fields()
    }
}

impl<T: IntoValue> IntoValue for Sensitive<T> {
    fn into_value(self) -> Value {
        self.0.into_value()
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    /// Reads a list, tuple or set.
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        let step = |i| match value.concrete() {
            Value::Set(_) => Step::Element,
            _ => Step::Index(i),
        };
        let elements = value.as_elements().ok_or_else(|| wrong("a list", value))?;
        let read = |(i, element)| T::from_value(element).map_err(|error| error.within(step(i)));
        elements.iter().enumerate().map(read).collect()
    }

    fn fields() -> Option<Fields> {
        T::fields()
    }
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: FromValue + Ord> FromValue for BTreeSet<T> {
    /// Reads a set; several unknown elements count as one here.
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        Vec::from_value(value)
            .map(Vec::into_iter)
            .map(Iterator::collect)
    }

    fn fields() -> Option<Fields> {
        T::fields()
    }
}

impl<T: IntoValue> IntoValue for BTreeSet<T> {
    fn into_value(self) -> Value {
        Value::Set(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(value: &Value) -> Result<Self, ValueError> {
        let entries = value.as_map().ok_or_else(|| wrong("a map", value))?;
        let read = |(key, value): (&String, &Value)| {
            let value =
                T::from_value(value).map_err(|error| error.within(Step::Key(key.clone())))?;
            Ok((key.clone(), value))
        };
        entries.iter().map(read).collect()
    }

    fn fields() -> Option<Fields> {
        T::fields()
    }
}

impl<T: IntoValue> IntoValue for BTreeMap<String, T> {
    fn into_value(self) -> Value {
        Value::Map(
            self.into_iter()
                .map(|(key, value)| (key, value.into_value()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::model! {
        struct Row {
            name: Attr<String>,
            count: Option<u8>,
            kind: Attr<BTreeSet<String>> = "type",
            labels: Attr<BTreeMap<String, Attr<String>>>,
            key: Attr<Sensitive<String>>,
        }
    }

    #[test]
    fn a_model_reads_back_what_it_writes() {
        let value = Value::object([
            ("name", Value::Unknown),
            ("count", 3.into()),
            ("type", Value::set(["a", "b"])),
            (
                "labels",
                Value::object([("x", Value::Null), ("y", "1".into())]),
            ),
            ("key", "secret".into()),
        ]);
        let row = Row::from_value(&value).unwrap();
        assert_eq!((row.count, row.name.is_unknown()), (Some(3), true));
        assert!(!format!("{row:?}").contains("secret"));
        assert_eq!(row.into_value(), value);
    }

    #[test]
    fn errors_name_the_attribute_and_tell_no_value() {
        let cases = [
            (Value::Null, "an object wanted, null found"),
            (
                Value::object([("count", 256)]),
                "`count`: a whole number from 0 to 255 wanted",
            ),
            (
                Value::object([("count", Value::Unknown)]),
                "`count`: a number wanted, an unknown value found",
            ),
            (
                Value::object([("type", Value::set([1]))]),
                "`type[*]`: a string wanted, a number found",
            ),
            (
                Value::object([("labels", Value::object([("x", 1)]))]),
                "`labels[\"x\"]`: a string wanted, a number found",
            ),
        ];
        for (value, text) in cases {
            assert_eq!(Row::from_value(&value).unwrap_err().to_string(), text);
        }
    }
}
