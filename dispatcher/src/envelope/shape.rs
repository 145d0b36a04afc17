//! Names the kind of an event that cannot be dispatched. Names only, never values that somebody
//! may have meant to keep: an event of an unknown kind may hold anything.

use serde_json::Value;

/// An SQS message whose body is no JSON object.
pub(super) const RAW: &str = "an SQS message whose body is no JSON object (raw message delivery?)";

/// How many field names tell enough.
const FIELDS: usize = 8;

/// `a …` or `an …`, for a sentence.
pub(super) fn name(event: &Value) -> String {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str);
    if let Some(source) = text("/eventSource").or(text("/EventSource")) {
        return format!("a record of `{source}`");
    }
    if let Some(kind) = text("/detail-type") {
        return format!("an EventBridge event `{kind}`");
    }
    if event.pointer("/requestContext/http").is_some() || event.get("httpMethod").is_some() {
        return "an HTTP request".to_owned();
    }
    if event.get("awslogs").is_some() {
        return "a batch of CloudWatch logs".to_owned();
    }
    if let (Some(kind), Some(_)) = (text("/Type"), event.get("TopicArn")) {
        return format!("an SNS `{kind}`");
    }
    match event {
        Value::Object(fields) if fields.is_empty() => "an object without fields".to_owned(),
        Value::Object(fields) => {
            let names = fields.keys().take(FIELDS).map(|name| format!("`{name}`"));
            format!("an object with {}", names.collect::<Vec<_>>().join(", "))
        }
        Value::Array(_) => "a JSON list".to_owned(),
        Value::String(_) => "a JSON text".to_owned(),
        _ => "a JSON value without fields".to_owned(),
    }
}
