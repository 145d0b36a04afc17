//! Types in the words of registry pages: `List of String`.

use crate::value::Type;

pub(super) fn of(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", of(element)),
        Type::Set(element) => format!("Set of {}", of(element)),
        Type::Map(element) => format!("Map of {}", of(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// Whether the words leave out what an object or a tuple holds.
pub(super) fn hide(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Number | Type::String | Type::Dynamic => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => hide(element),
        Type::Tuple(_) | Type::Object(_) => true,
    }
}
