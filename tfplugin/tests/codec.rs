//! Properties of the codecs: what is written is read back the same, and bytes of any
//! kind end in a value or an error.

use proptest::{collection, option, prelude::*};
use std::collections::BTreeMap;
use tfplugin::{
    Number, Type, Value,
    value::{json, msgpack},
};

/// Any type; without the types of any value inside collections, as Terraform has it.
fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    let closed = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            collection::btree_map("[a-z]{1,3}", inner, 0..3).prop_map(Type::Object),
        ]
    });
    let open = prop_oneof![4 => closed, 1 => Just(Type::Dynamic)];
    prop_oneof![
        open.clone(),
        collection::btree_map("[a-z]{1,3}", open, 1..3).prop_map(Type::Object)
    ]
}

fn numbers() -> impl Strategy<Value = Number> {
    let text = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        "-?[0-9]{1,40}\\.[0-9]{1,40}",
        "-?[0-9]{0,3}\\.?[0-9]{1,3}[eE][+-]?[0-9]{1,4}",
    ];
    text.prop_map(|text| text.parse().unwrap())
}

/// Any value of the type; unknown values too where `unknown` says so.
fn values(ty: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let inner = |ty: &Type| values(ty, unknown);
    let known = match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => numbers().prop_map(Value::from).boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::List(ty) => collection::vec(inner(ty), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(ty) => collection::vec(inner(ty), 0..4)
            .prop_map(Value::set)
            .boxed(),
        Type::Map(ty) => collection::btree_map(any::<String>(), inner(ty), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(inner)
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(attributes) => {
            let names: Vec<String> = attributes.keys().cloned().collect();
            let values: Vec<_> = attributes.values().map(inner).collect();
            let object = move |values: Vec<Value>| {
                Value::Map(
                    names
                        .iter()
                        .cloned()
                        .zip(values)
                        .collect::<BTreeMap<_, _>>(),
                )
            };
            values.prop_map(object).boxed()
        }
        Type::Dynamic => prop_oneof![Just(Type::String), Just(Type::list(Type::Number))]
            .prop_flat_map(move |ty| {
                values(&ty, unknown).prop_map(move |value| Value::from((ty.clone(), value)))
            })
            .boxed(),
    };
    let absent = if unknown { Value::Unknown } else { Value::Null };
    prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(absent)].boxed()
}

fn typed(unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| {
        let values = values(&ty, unknown);
        (Just(ty), values)
    })
}

proptest! {
    #[test]
    fn types_are_read_as_written(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()), Ok(ty));
    }

    #[test]
    fn msgpack_is_read_as_written((ty, value) in typed(true)) {
        let bytes = msgpack::to_vec(value.clone(), &ty).unwrap();
        prop_assert_eq!(msgpack::from_slice(&bytes, &ty), Ok(value));
    }

    #[test]
    fn json_is_read_as_written((ty, value) in typed(false)) {
        // Null has one form in JSON, with or without a type.
        let json = json::to_json(value.clone(), &ty).unwrap();
        let text: serde_json::Value = serde_json::from_str(&json.to_string()).unwrap();
        prop_assert_eq!(json::from_json(&text, &ty), Ok(value));
    }

    #[test]
    fn any_bytes_end_in_a_value_or_an_error(ty in types(), bytes in collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = msgpack::from_slice(&bytes, &ty) {
            // What was taken for a value is one of the type.
            prop_assert_eq!(value.clone().conform(&ty), Ok(value));
        }
    }

    #[test]
    fn damaged_bytes_end_in_a_value_or_an_error(
        (ty, value) in typed(true),
        at in any::<prop::sample::Index>(),
        byte in option::of(any::<u8>()),
    ) {
        let mut bytes = msgpack::to_vec(value, &ty).unwrap();
        let at = at.index(bytes.len());
        match byte {
            Some(byte) => bytes[at] = byte,
            None => bytes.truncate(at),
        }
        drop(msgpack::from_slice(&bytes, &ty));
    }

    #[test]
    fn numbers_are_ordered_as_f64_where_those_differ(a in numbers(), b in numbers()) {
        let (x, y) = (a.to_f64(), b.to_f64());
        if x < y {
            prop_assert!(a < b, "{} < {}", a, b);
        }
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
    }
}
