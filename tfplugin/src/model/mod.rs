//! Typed access to values: a Rust struct per resource, declared once with [`model!`].
//! What a schema wants of a value is not looked at here.
//!
//! [`model!`]: crate::model

mod attr;
mod convert;

pub use attr::{Attr, Sensitive};

use crate::{
    path::Step,
    value::{Value, ValueError},
};
use std::collections::BTreeMap;

/// What can be read from a [`Value`].
pub trait FromValue: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// A value of another kind; the text tells kinds, never values.
    fn from_value(value: &Value) -> Result<Self, ValueError>;

    /// The attributes that are read, when this is an object of fixed attributes.
    #[doc(hidden)]
    fn fields() -> Option<Fields> {
        None
    }
}

/// The attributes of a model, each with its own when it is a model again. A check at
/// the start compares them with the schema.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fields(pub Vec<(&'static str, Option<Fields>)>);

/// What can be written as a [`Value`].
pub trait IntoValue {
    /// Writes the value.
    fn into_value(self) -> Value;
}

/// The contents of a block or nested attribute as a Rust type. [`model!`] makes them;
/// `()` is the model of an empty block and [`Value`] that of any.
///
/// [`model!`]: crate::model
pub trait Model: FromValue + IntoValue + Clone + Send + Sync + 'static {}

impl<T: FromValue + IntoValue + Clone + Send + Sync + 'static> Model for T {}

/// Declares structs that are [`Model`]s: each field stands for the attribute or block
/// of its name, or of the name after `=`.
///
/// Most fields are [`Attr`]s. Blocks too may be unknown as a whole, when they come
/// from a `dynamic` block: `Attr<Vec<Callback>>`, not `Vec<Callback>`.
///
/// ```
/// tfplugin::model! {
///     /// A monitor.
///     pub struct Monitor {
///         pub id: Attr<String>,
///         pub kind: Attr<String> = "type",
///         pub callbacks: Attr<Vec<Callback>> = "callback",
///     }
///
///     /// One `callback` block.
///     pub struct Callback {
///         pub url: Attr<String>,
///     }
/// }
/// use tfplugin::{Attr, FromValue, IntoValue, Value};
///
/// let value = Value::object([("id", Value::Unknown), ("type", "metric alert".into())]);
/// let monitor = Monitor::from_value(&value)?;
/// assert_eq!(monitor.kind.known().map(String::as_str), Some("metric alert"));
/// assert_eq!(monitor.callbacks, Attr::Null);
/// assert_eq!(monitor.into_value().get("id"), &Value::Unknown);
/// # Ok::<(), tfplugin::ValueError>(())
/// ```
#[macro_export]
macro_rules! model {
    ($(
        $(#[$meta:meta])* $vis:vis struct $name:ident {
            $( $(#[$field_meta:meta])* $field_vis:vis $field:ident : $ty:ty $(= $attribute:literal)? ),* $(,)?
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        $vis struct $name {
            $( $(#[$field_meta])* $field_vis $field: $ty, )*
        }

        impl $crate::FromValue for $name {
            fn from_value(value: &$crate::Value) -> ::std::result::Result<Self, $crate::ValueError> {
                let attributes = $crate::model::attributes(value)?;
                Ok(Self {
                    $( $field: $crate::model::attribute(attributes, $crate::model!(@name $field $($attribute)?))?, )*
                })
            }

            fn fields() -> ::std::option::Option<$crate::model::Fields> {
                Some($crate::model::Fields(::std::vec::Vec::from([
                    $( ($crate::model!(@name $field $($attribute)?), <$ty as $crate::FromValue>::fields()), )*
                ])))
            }
        }

        impl $crate::IntoValue for $name {
            fn into_value(self) -> $crate::Value {
                $crate::Value::object(::std::vec::Vec::<(&str, $crate::Value)>::from([
                    $( ($crate::model!(@name $field $($attribute)?), $crate::IntoValue::into_value(self.$field)), )*
                ]))
            }
        }
    )+ };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $attribute:literal) => { $attribute };
}

/// The attributes of an object. For [`model!`](crate::model).
///
/// # Errors
/// A value that is no object.
#[doc(hidden)]
pub fn attributes(value: &Value) -> Result<&BTreeMap<String, Value>, ValueError> {
    value
        .as_map()
        .ok_or_else(|| ValueError::new(format!("an object wanted, {} found", value.kind())))
}

/// Reads one attribute; a missing one is null. For [`model!`](crate::model).
///
/// # Errors
/// A value that the field's type does not take.
#[doc(hidden)]
pub fn attribute<T: FromValue>(
    attributes: &BTreeMap<String, Value>,
    name: &str,
) -> Result<T, ValueError> {
    let value = attributes.get(name).unwrap_or(&Value::Null);
    T::from_value(value).map_err(|error| error.within(Step::Attribute(name.to_owned())))
}
