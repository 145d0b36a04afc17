//! Conversions between Rust types and [`Value`]s that need no schema.

use super::{Number, Type, Value};

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<(Type, Value)> for Value {
    /// A value for an attribute of any type.
    fn from(typed: (Type, Value)) -> Self {
        Self::Dynamic(Box::new(typed))
    }
}

macro_rules! from_integer {
    ($($integer:ty)*) => { $(
        impl From<$integer> for Value {
            fn from(value: $integer) -> Self {
                Self::Number(Number::from(value))
            }
        }
    )* };
}
from_integer!(i8 i16 i32 i64 u8 u16 u32 u64 usize);
