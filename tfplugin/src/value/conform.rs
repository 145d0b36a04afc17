//! Fits a value to a type: what a provider hands back, or a test writes down, becomes
//! exactly what the schema says, or an error says where it does not.

use super::{Type, Value, ValueError};
use crate::path::Step;
use std::collections::BTreeMap;

impl Value {
    /// The value as one of `ty`: lists become sets where the type says so and back,
    /// missing attributes of objects become null, and values of [`Type::Dynamic`] get
    /// their type.
    ///
    /// # Errors
    /// A value of another kind, or an attribute that the type does not have.
    pub fn conform(self, ty: &Type) -> Result<Value, ValueError> {
        match (self, ty) {
            (Value::Dynamic(typed), Type::Dynamic) => {
                let (ty, value) = *typed;
                let value = value.conform(&ty)?;
                Ok(Value::Dynamic(Box::new((ty, value))))
            }
            (Value::Dynamic(typed), _) => typed.1.conform(ty),
            (value @ (Value::Null | Value::Unknown), _) => Ok(value),
            (value, Type::Dynamic) => {
                let ty = infer(&value);
                let value = value.conform(&ty)?;
                Ok(Value::Dynamic(Box::new((ty, value))))
            }
            (value @ Value::Bool(_), Type::Bool)
            | (value @ Value::Number(_), Type::Number)
            | (value @ Value::String(_), Type::String) => Ok(value),
            (Value::List(elements) | Value::Set(elements), Type::List(element)) => {
                each(elements, element, Step::Index).map(Value::List)
            }
            (Value::List(elements) | Value::Set(elements), Type::Set(element)) => {
                each(elements, element, |_| Step::Element).map(Value::set)
            }
            (Value::List(elements), Type::Tuple(types)) => tuple(elements, types),
            (Value::Map(entries), Type::Map(element)) => map(entries, element),
            (Value::Map(entries), Type::Object(attributes)) => object(entries, attributes),
            (value, ty) => Err(ValueError::new(format!(
                "{ty} wanted, {} found",
                value.kind()
            ))),
        }
    }
}

fn each(
    elements: Vec<Value>,
    ty: &Type,
    step: impl Fn(usize) -> Step,
) -> Result<Vec<Value>, ValueError> {
    let fit = |(i, element): (usize, Value)| element.conform(ty).map_err(|e| e.within(step(i)));
    elements.into_iter().enumerate().map(fit).collect()
}

fn tuple(elements: Vec<Value>, types: &[Type]) -> Result<Value, ValueError> {
    if elements.len() != types.len() {
        let problem = format!("{} elements wanted, {} found", types.len(), elements.len());
        return Err(ValueError::new(problem));
    }
    let fit = |(i, (element, ty)): (usize, (Value, &Type))| {
        element.conform(ty).map_err(|e| e.within(Step::Index(i)))
    };
    elements
        .into_iter()
        .zip(types)
        .enumerate()
        .map(fit)
        .collect::<Result<_, _>>()
        .map(Value::List)
}

fn map(entries: BTreeMap<String, Value>, ty: &Type) -> Result<Value, ValueError> {
    let fit = |(key, value): (String, Value)| match value.conform(ty) {
        Ok(value) => Ok((key, value)),
        Err(error) => Err(error.within(Step::Key(key))),
    };
    entries
        .into_iter()
        .map(fit)
        .collect::<Result<_, _>>()
        .map(Value::Map)
}

fn object(
    mut entries: BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<Value, ValueError> {
    let mut fitted = BTreeMap::new();
    for (name, ty) in attributes {
        let value = entries.remove(name).unwrap_or(Value::Null);
        let value = value
            .conform(ty)
            .map_err(|e| e.within(Step::Attribute(name.clone())))?;
        fitted.insert(name.clone(), value);
    }
    match entries.into_keys().next() {
        Some(name) => Err(ValueError::new("no such attribute").within(Step::Attribute(name))),
        None => Ok(Value::Map(fitted)),
    }
}

/// The type of a value that says none: lists are tuples and maps are objects, as for
/// literals in Terraform's language.
fn infer(value: &Value) -> Type {
    match value {
        Value::Null | Value::Unknown => Type::Dynamic,
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::List(elements) => Type::Tuple(elements.iter().map(infer).collect()),
        Value::Set(elements) => Type::set(elements.first().map_or(Type::Dynamic, infer)),
        Value::Map(entries) => {
            Type::object(entries.iter().map(|(name, value)| (name, infer(value))))
        }
        Value::Dynamic(typed) => typed.0.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_shape_of_their_type() {
        let ty = Type::object([
            ("name", Type::String),
            ("tags", Type::set(Type::String)),
            ("any", Type::Dynamic),
        ]);
        let value = Value::object([
            ("tags", Value::list(["b", "a", "b"])),
            ("any", Value::list([Value::from(1), Value::from("x")])),
        ]);
        let any = (
            Type::Tuple(vec![Type::Number, Type::String]),
            Value::list([Value::from(1), Value::from("x")]),
        );
        let wanted = Value::object([
            ("name", Value::Null),
            ("tags", Value::set(["a", "b"])),
            ("any", Value::Dynamic(Box::new(any))),
        ]);
        assert_eq!(value.conform(&ty), Ok(wanted));
    }

    #[test]
    fn errors_say_where_and_tell_no_values() {
        let ty = Type::list(Type::object([("on", Type::set(Type::String))]));
        let cases = [
            (
                Value::from("secret"),
                "list(object({on = set(string)})) wanted, a string found",
            ),
            (
                Value::list([Value::object([("on", Value::list([3]))])]),
                "`[0].on[*]`: string wanted, a number found",
            ),
            (
                Value::list([Value::object([("of", Value::Null)])]),
                "`[0].of`: no such attribute",
            ),
        ];
        for (value, text) in cases {
            assert_eq!(value.conform(&ty).unwrap_err().to_string(), text);
        }
    }

    #[test]
    fn unknown_elements_of_a_set_are_not_merged() {
        let value = Value::list([Value::Unknown, Value::Unknown, "a".into(), "a".into()]);
        let set = value.conform(&Type::set(Type::String)).unwrap();
        assert_eq!(set.as_elements().unwrap().len(), 3);
    }
}
