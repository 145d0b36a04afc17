//! Values as MessagePack, in the form Terraform's own library writes. Reading is
//! directed by the type; bytes of any kind end in a value or an error.

use super::{Number, Type, Value, ValueError};
use crate::path::Step;
use rmp::{Marker, decode, encode};
use std::collections::BTreeMap;

/// Deeper values are refused, so that no input exhausts the stack.
pub const MAX_DEPTH: usize = 256;

/// The extension type of unknown values with refinements (what is known about them).
const REFINED_UNKNOWN: i8 = 12;

/// An unknown value without refinements: an extension of type 0 with one zero byte.
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

/// Reads one value of the type. Refinements of unknown values are read over.
///
/// # Errors
/// Bytes that are no such value, and bytes after it.
pub fn from_slice(mut bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    let value = read(&mut bytes, ty, MAX_DEPTH)?;
    if bytes.is_empty() {
        Ok(value)
    } else {
        Err(ValueError::new("bytes are left after the value"))
    }
}

/// Writes the value as one of the type.
///
/// # Errors
/// A value that does not fit the type.
pub fn to_vec(value: Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let mut bytes = Vec::new();
    write(&mut bytes, &value.conform(ty)?);
    Ok(bytes)
}

fn malformed<E>(_: E) -> ValueError {
    ValueError::new("malformed bytes")
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], ValueError> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or_else(|| malformed(()))?;
    *bytes = rest;
    Ok(taken)
}

fn peek(bytes: &[u8]) -> Result<Marker, ValueError> {
    bytes
        .first()
        .map(|byte| Marker::from_u8(*byte))
        .ok_or_else(|| malformed(()))
}

fn read(bytes: &mut &[u8], ty: &Type, depth: usize) -> Result<Value, ValueError> {
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| ValueError::new("nested too deeply"))?;
    match peek(bytes)? {
        Marker::Null => take(bytes, 1).map(|_| Value::Null),
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => unknown(bytes),
        _ => match ty {
            Type::Bool => decode::read_bool(bytes).map(Value::Bool).map_err(malformed),
            Type::String => text(bytes).map(Value::from),
            Type::Number => number(bytes).map(Value::Number),
            Type::Dynamic => dynamic(bytes, depth),
            Type::List(element) => elements(bytes, element, depth, Step::Index).map(Value::List),
            Type::Set(element) => {
                elements(bytes, element, depth, |_| Step::Element).map(Value::Set)
            }
            Type::Tuple(types) => tuple(bytes, types, depth),
            Type::Map(element) => map(bytes, element, depth),
            Type::Object(attributes) => object(bytes, attributes, depth),
        },
    }
}

fn unknown(bytes: &mut &[u8]) -> Result<Value, ValueError> {
    let meta = decode::read_ext_meta(bytes).map_err(malformed)?;
    take(bytes, usize::try_from(meta.size).map_err(malformed)?)?;
    if meta.size > 1 && meta.typeid != REFINED_UNKNOWN {
        return Err(ValueError::new("an extension of an unsupported type"));
    }
    Ok(Value::Unknown)
}

fn text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, ValueError> {
    std::str::from_utf8(blob(bytes)?).map_err(malformed)
}

fn blob<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], ValueError> {
    let length = match peek(bytes)? {
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
            decode::read_bin_len(bytes).map_err(malformed)?
        }
        _ => decode::read_str_len(bytes).map_err(malformed)?,
    };
    take(bytes, usize::try_from(length).map_err(malformed)?)
}

/// Terraform sends whole numbers as integers, what a binary float holds exactly as a
/// float, and all others as decimal text.
fn number(bytes: &mut &[u8]) -> Result<Number, ValueError> {
    match peek(bytes)? {
        Marker::F32 => float(f64::from(decode::read_f32(bytes).map_err(malformed)?)),
        Marker::F64 => float(decode::read_f64(bytes).map_err(malformed)?),
        Marker::U64 => decode::read_int::<u64, _>(bytes)
            .map(Number::from)
            .map_err(malformed),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            text(bytes)?.parse().map_err(malformed)
        }
        _ => decode::read_int::<i64, _>(bytes)
            .map(Number::from)
            .map_err(malformed),
    }
}

/// The exact decimal expansion, which for a value such as 0.5 is short.
fn float(value: f64) -> Result<Number, ValueError> {
    // No f64 needs more decimal places than the smallest of them.
    let exact = format!("{value:.1074}");
    exact
        .trim_end_matches('0')
        .trim_end_matches('.')
        .parse()
        .map_err(malformed)
}

fn dynamic(bytes: &mut &[u8], depth: usize) -> Result<Value, ValueError> {
    if decode::read_array_len(bytes).map_err(malformed)? != 2 {
        return Err(malformed(()));
    }
    let ty: serde_json::Value = serde_json::from_slice(blob(bytes)?).map_err(malformed)?;
    let ty = Type::from_json(&ty).map_err(|error| ValueError::new(error.to_string()))?;
    let value = read(bytes, &ty, depth)?;
    Ok(Value::Dynamic(Box::new((ty, value))))
}

fn elements(
    bytes: &mut &[u8],
    ty: &Type,
    depth: usize,
    step: impl Fn(usize) -> Step,
) -> Result<Vec<Value>, ValueError> {
    let length = decode::read_array_len(bytes).map_err(malformed)?;
    // Collected one by one: the length may be a lie.
    let mut elements = Vec::new();
    for i in 0..length as usize {
        elements.push(read(bytes, ty, depth).map_err(|error| error.within(step(i)))?);
    }
    Ok(elements)
}

fn tuple(bytes: &mut &[u8], types: &[Type], depth: usize) -> Result<Value, ValueError> {
    if decode::read_array_len(bytes).map_err(malformed)? as usize != types.len() {
        return Err(ValueError::new("a tuple of another length"));
    }
    let read = |(i, ty)| read(bytes, ty, depth).map_err(|error| error.within(Step::Index(i)));
    types
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Value::List)
}

fn map(bytes: &mut &[u8], ty: &Type, depth: usize) -> Result<Value, ValueError> {
    let mut entries = BTreeMap::new();
    for _ in 0..decode::read_map_len(bytes).map_err(malformed)? {
        let key = text(bytes)?.to_owned();
        let value = read(bytes, ty, depth).map_err(|error| error.within(Step::Key(key.clone())))?;
        if entries.insert(key.clone(), value).is_some() {
            return Err(ValueError::new("the key stands twice").within(Step::Key(key)));
        }
    }
    Ok(Value::Map(entries))
}

fn object(
    bytes: &mut &[u8],
    attributes: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<Value, ValueError> {
    let mut entries = BTreeMap::new();
    for _ in 0..decode::read_map_len(bytes).map_err(malformed)? {
        let name = text(bytes)?;
        let at = || Step::Attribute(name.to_owned());
        let ty = attributes
            .get(name)
            .ok_or_else(|| ValueError::new("no such attribute").within(at()))?;
        let value = read(bytes, ty, depth).map_err(|error| error.within(at()))?;
        entries.insert(name.to_owned(), value);
    }
    match attributes.keys().find(|name| !entries.contains_key(*name)) {
        Some(name) => {
            Err(ValueError::new("the attribute is missing").within(Step::Attribute(name.clone())))
        }
        None => Ok(Value::Map(entries)),
    }
}

fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(Marker::Null.to_u8()),
        Value::Unknown => out.extend(UNKNOWN),
        Value::Bool(value) => out.push(if *value { Marker::True } else { Marker::False }.to_u8()),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_text(out, text),
        Value::List(elements) | Value::Set(elements) => {
            written(encode::write_array_len(out, length(elements.len())));
            elements.iter().for_each(|element| write(out, element));
        }
        Value::Map(entries) => {
            written(encode::write_map_len(out, length(entries.len())));
            for (key, value) in entries {
                write_text(out, key);
                write(out, value);
            }
        }
        Value::Dynamic(typed) => {
            let ty = typed.0.to_json().to_string();
            written(encode::write_array_len(out, 2));
            written(encode::write_bin(out, ty.as_bytes()));
            write(out, &typed.1);
        }
    }
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    match (number.to_i64(), number.to_u64()) {
        (Some(whole), _) => written(encode::write_sint(out, whole)),
        (None, Some(whole)) => written(encode::write_u64(out, whole)),
        (None, None) => write_text(out, number.as_str()),
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    written(encode::write_str(out, text));
}

/// Writing to a `Vec` cannot fail; the library only has no way to say so.
fn written<T, E>(_: Result<T, E>) {}

/// Collections of more than 2^32 elements do not fit a message anyway.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    fn all_are_read(cases: &[(&[u8], Type, Value)]) {
        for (bytes, ty, value) in cases {
            assert_eq!(from_slice(bytes, ty).as_ref(), Ok(value), "{bytes:x?}");
        }
    }

    #[test]
    fn bytes_of_terraform_are_read() {
        let refined = [0xc7, 3, 12, 0x81, 1, 0xc2];
        let cases: &[(&[u8], Type, Value)] = &[
            (&[0xc0], Type::String, Value::Null),
            (&[0xd4, 0, 0], Type::Number, Value::Unknown),
            (&refined, Type::list(Type::String), Value::Unknown),
            (&[0xc3], Type::Bool, true.into()),
            (&[0x05], Type::Number, 5.into()),
            (&[0xff], Type::Number, number("-1")),
            (
                &[0xcf, 255, 255, 255, 255, 255, 255, 255, 255],
                Type::Number,
                u64::MAX.into(),
            ),
            (
                &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0],
                Type::Number,
                number("0.5"),
            ),
            (b"\xa30.1", Type::Number, number("0.1")),
        ];
        all_are_read(cases);
    }

    #[test]
    fn collections_and_dynamic_values_are_read() {
        let cases: &[(&[u8], Type, Value)] = &[
            (
                b"\x92\xa1a\xd4\x00\x00",
                Type::list(Type::String),
                Value::List(vec!["a".into(), Value::Unknown]),
            ),
            (
                b"\x92\xc4\x08\"number\"\x02",
                Type::Dynamic,
                Value::from((Type::Number, 2.into())),
            ),
            (
                b"\x92\xc4\x08\"string\"\xc0",
                Type::Dynamic,
                Value::from((Type::String, Value::Null)),
            ),
            (
                b"\x81\xa1a\xc0",
                Type::object([("a", Type::String)]),
                Value::object([("a", Value::Null)]),
            ),
        ];
        all_are_read(cases);
    }

    #[test]
    fn floats_are_read_exactly() {
        let bytes = [&[0xcb][..], &0.1_f64.to_be_bytes()].concat();
        let wanted = "0.1000000000000000055511151231257827021181583404541015625";
        assert_eq!(
            from_slice(&bytes, &Type::Number)
                .unwrap()
                .as_number()
                .unwrap()
                .as_str(),
            wanted
        );
    }

    #[test]
    fn other_bytes_are_refused() {
        let deep = [vec![0x91; 100_000], vec![0xc0]].concat();
        let mut nested = Type::Bool;
        for _ in 0..MAX_DEPTH {
            nested = Type::list(nested);
        }
        let object = Type::object([("a", Type::String)]);
        let nan = [&[0xcb][..], &f64::NAN.to_be_bytes()].concat();
        let infinite = [&[0xcb][..], &f64::INFINITY.to_be_bytes()].concat();
        let cases: &[(&[u8], Type)] = &[
            (&[], Type::String),
            (&[0xc1], Type::String),
            (&[0xc0, 0xc0], Type::String),
            (&[0xa2, b'a'], Type::String),
            (&[0xa1, 0xff], Type::String),
            (&[0x01], Type::String),
            (&[0xa1, b'x'], Type::Number),
            (&nan, Type::Number),
            (&infinite, Type::Number),
            (&[0xdd, 255, 255, 255, 255], Type::list(Type::String)),
            (&deep, nested),
            (&[0xc7, 2, 5, 0, 0], Type::String),
            (b"\x92\xa1x\xc0", Type::Dynamic),
            (b"\x93\xc4\x08\"string\"\xc0\xc0", Type::Dynamic),
            (&[0x80], object.clone()),
            (b"\x81\xa1b\xc0", object),
            (b"\x82\xa1k\xc0\xa1k\xc0", Type::map(Type::String)),
            (&[0x91, 0xc0], Type::Tuple(vec![])),
        ];
        for (bytes, ty) in cases {
            assert!(
                from_slice(bytes, ty).is_err(),
                "{:x?}",
                &bytes[..bytes.len().min(16)]
            );
        }
    }
}
