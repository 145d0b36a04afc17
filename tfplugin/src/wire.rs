//! Between the protocol's messages and this crate's own types. No decisions here.

use crate::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    path::{Path, Step},
    proto::tfplugin6::{
        self as tf, StringKind,
        attribute_path::{Step as WireStep, step::Selector},
        diagnostic::Severity as WireSeverity,
        schema::{nested_block, object},
    },
    provider::{Parameter, Signature},
    schema::{Attribute, Block, Body, Nesting, Schema, Shape},
    value::{Type, Value, ValueError, json, msgpack},
};

/// Reads a value of the type; an absent one is null.
pub(crate) fn value(message: Option<tf::DynamicValue>, ty: &Type) -> Result<Value, ValueError> {
    match message {
        Some(tf::DynamicValue { msgpack, .. }) if !msgpack.is_empty() => {
            msgpack::from_slice(&msgpack, ty)
        }
        Some(tf::DynamicValue { json, .. }) if !json.is_empty() => {
            json::from_json(&raw(&json)?, ty)
        }
        _ => Ok(Value::Null),
    }
}

/// Reads JSON of any shape.
pub(crate) fn raw(bytes: &[u8]) -> Result<serde_json::Value, ValueError> {
    serde_json::from_slice(bytes).map_err(|_| ValueError::new("malformed JSON"))
}

/// Writes a value of the type.
pub(crate) fn dynamic(value: Value, ty: &Type) -> Result<tf::DynamicValue, ValueError> {
    Ok(tf::DynamicValue {
        msgpack: msgpack::to_vec(value, ty)?,
        json: Vec::new(),
    })
}

/// A path; none for the root. It ends before the first set element, for which the
/// protocol has no step.
pub(crate) fn path(path: &Path) -> Option<tf::AttributePath> {
    let steps: Vec<WireStep> = path.steps().iter().map_while(step).collect();
    (!steps.is_empty()).then_some(tf::AttributePath { steps })
}

fn step(step: &Step) -> Option<WireStep> {
    let selector = match step {
        Step::Attribute(name) => Selector::AttributeName(name.clone()),
        Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).ok()?),
        Step::Key(key) => Selector::ElementKeyString(key.clone()),
        Step::Element => return None,
    };
    Some(WireStep {
        selector: Some(selector),
    })
}

pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<tf::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> tf::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => WireSeverity::Error,
        Severity::Warning => WireSeverity::Warning,
    };
    tf::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: path(&diagnostic.path),
    }
}

pub(crate) fn schema(schema: &Schema) -> tf::Schema {
    tf::Schema {
        version: schema.version,
        block: Some(body(&schema.body, schema.version)),
    }
}

fn body(body: &Body, version: i64) -> tf::schema::Block {
    tf::schema::Block {
        version,
        attributes: body.attributes.iter().map(attribute).collect(),
        block_types: body.blocks.iter().map(block).collect(),
        description: body.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecated: body.deprecated.is_some(),
        deprecation_message: body.deprecated.clone().unwrap_or_default(),
    }
}

fn attribute(attribute: &Attribute) -> tf::schema::Attribute {
    let (ty, nested_type) = match &attribute.shape {
        Shape::Plain(ty) => (bytes(ty), None),
        Shape::Nested(nesting, attributes) => (Vec::new(), Some(nested(*nesting, attributes))),
    };
    tf::schema::Attribute {
        name: attribute.name.clone(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        description_kind: StringKind::Markdown.into(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.clone().unwrap_or_default(),
        write_only: false,
    }
}

fn bytes(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}

fn nested(nesting: Nesting, attributes: &[Attribute]) -> tf::schema::Object {
    use object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    tf::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

fn block(block: &Block) -> tf::schema::NestedBlock {
    use nested_block::NestingMode;
    let nesting = match block.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    tf::schema::NestedBlock {
        type_name: block.name.clone(),
        block: Some(body(&block.body, 0)),
        nesting: nesting.into(),
        min_items: block.min.into(),
        max_items: block.max.into(),
    }
}

pub(crate) fn function(signature: &Signature) -> tf::Function {
    tf::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(tf::function::Return {
            r#type: bytes(&signature.result),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecation_message: signature.deprecated.clone(),
    }
}

fn parameter(parameter: &Parameter) -> tf::function::Parameter {
    tf::function::Parameter {
        name: parameter.name.clone(),
        r#type: bytes(&parameter.ty),
        allow_null_value: parameter.null,
        allow_unknown_values: parameter.unknown,
        description: parameter.description.clone(),
        description_kind: StringKind::Markdown.into(),
    }
}
