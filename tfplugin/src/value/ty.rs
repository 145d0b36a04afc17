//! Terraform's types and the JSON syntax in which the protocol carries them.
//! No values live here.

use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, fmt};

/// A type of Terraform's type system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`, an exact decimal
    Number,
    /// `string`
    String,
    /// Any type: each value carries its own.
    Dynamic,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T, …])`
    Tuple(Vec<Type>),
    /// `object({name = T, …})`
    Object(BTreeMap<String, Type>),
}

/// A text that is no type in Terraform's JSON syntax.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a type in Terraform's JSON syntax")]
pub struct NotAType;

impl Type {
    /// `list(element)`
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({…})`
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// The JSON syntax, such as `["list","string"]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => {
                json!([
                    "tuple",
                    elements.iter().map(Self::to_json).collect::<Vec<_>>()
                ])
            }
            Self::Object(attributes) => {
                let attributes = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()));
                json!(["object", Json::Object(attributes.collect())])
            }
        }
    }

    /// Reads the JSON syntax. The list of optional attributes that may follow an
    /// object is dropped: it guides conversions only, and no value is of such a type.
    ///
    /// # Errors
    /// [`NotAType`] for anything else.
    pub fn from_json(json: &Json) -> Result<Self, NotAType> {
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(NotAType),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), inner] => Self::compound(kind, inner),
                [Json::String(kind), inner, Json::Array(_)] if kind == "object" => {
                    Self::compound(kind, inner)
                }
                _ => Err(NotAType),
            },
            _ => Err(NotAType),
        }
    }

    fn compound(kind: &str, inner: &Json) -> Result<Self, NotAType> {
        match (kind, inner) {
            ("list", _) => Self::from_json(inner).map(Self::list),
            ("set", _) => Self::from_json(inner).map(Self::set),
            ("map", _) => Self::from_json(inner).map(Self::map),
            ("tuple", Json::Array(elements)) => elements
                .iter()
                .map(Self::from_json)
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            ("object", Json::Object(attributes)) => attributes
                .iter()
                .map(|(name, ty)| Ok((name.clone(), Self::from_json(ty)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object),
            _ => Err(NotAType),
        }
    }

    /// Whether this type is, or holds, [`Type::Dynamic`].
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
        }
    }
}

impl fmt::Display for Type {
    /// Writes the type as in Terraform's own language.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Dynamic => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                let elements: Vec<String> = elements.iter().map(Self::to_string).collect();
                write!(f, "tuple([{}])", elements.join(", "))
            }
            Self::Object(attributes) => {
                let attributes: Vec<String> = attributes
                    .iter()
                    .map(|(name, ty)| format!("{name} = {ty}"))
                    .collect();
                write!(f, "object({{{}}})", attributes.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_and_write_json_and_hcl() {
        let cases = [
            (r#""bool""#, "bool"),
            (r#""number""#, "number"),
            (r#""string""#, "string"),
            (r#""dynamic""#, "any"),
            (r#"["list","string"]"#, "list(string)"),
            (r#"["set",["list","bool"]]"#, "set(list(bool))"),
            (r#"["map","dynamic"]"#, "map(any)"),
            (
                r#"["tuple",["string","number"]]"#,
                "tuple([string, number])",
            ),
            (r#"["tuple",[]]"#, "tuple([])"),
            (
                r#"["object",{"a":"string","b":["set","number"]}]"#,
                "object({a = string, b = set(number)})",
            ),
        ];
        for (text, hcl) in cases {
            let ty = Type::from_json(&serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!(ty.to_json().to_string(), text);
            assert_eq!(ty.to_string(), hcl);
        }
        let optional = json!(["object", {"a": "string"}, ["a"]]);
        assert_eq!(
            Type::from_json(&optional),
            Ok(Type::object([("a", Type::String)]))
        );
    }

    #[test]
    fn other_json_is_refused() {
        for text in [
            "1",
            "null",
            r#""text""#,
            r#"["list"]"#,
            r#"["list","string",[]]"#,
            r#"["tuple","string"]"#,
            r#"["object",[]]"#,
            r#"["pair","string"]"#,
        ] {
            assert_eq!(
                Type::from_json(&serde_json::from_str(text).unwrap()),
                Err(NotAType),
                "{text}"
            );
        }
    }
}
