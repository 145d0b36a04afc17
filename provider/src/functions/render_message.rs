//! `render_message`: from the parts of a message to its text.

use super::shape;
use crate::monitor::model::{Wiring, names};
use crate::monitor::{checks, render};
use crate::names::check_topic;
use contract::Transition;
use tfplugin::{
    Arguments, Attr, Diagnostic, FromValue, Function, FunctionError, Parameter, Severity,
    Signature, Type, Value,
};

/// The function.
pub(crate) struct RenderMessage;

const ABOUT: &str = "Puts a monitor's message together as `circuitbreaker_monitor` does. The argument is an object with \
    any of the resource's own arguments: `message` (text), `callback` (a list of objects with `url` and, if not the \
    default transitions are meant, `on`), `sns_topic` and `notify`. The provider's settings are not looked at: name \
    the topic. For those who stay with `datadog_monitor`; the data source `circuitbreaker_message` does the same with \
    the provider's defaults.";

impl Function for RenderMessage {
    fn signature(&self) -> Signature {
        Signature::new("render_message", Type::String)
            .summary("Writes the message of a monitor with callbacks")
            .describe(ABOUT)
            .parameter(Parameter::new("parts", Type::Dynamic).describe(
                "An object: `{ message = \"…\", callback = [{ url = \"…\", on = [\"alert\", \"alert_recovery\"] }], \
                 sns_topic = \"…\", notify = [\"@slack-…\"] }`. All of it may be left out.",
            ))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let parts: Value = arguments.get(0)?;
        if !parts.is_wholly_known() {
            return Ok(Value::Unknown);
        }
        let parts = parts
            .conform(&shape::message())
            .map_err(|error| FunctionError::argument(0, error.to_string()))?;
        text(&parts).map_err(|problem| FunctionError::argument(0, problem))
    }
}

fn text(parts: &Value) -> Result<Value, String> {
    let mut wiring = Wiring::from_value(parts).map_err(|error| error.to_string())?;
    if let Some(topic) = wiring.sns_topic.as_str() {
        check_topic(topic).map_err(|problem| format!("sns_topic: {problem}"))?;
    }
    if let Attr::Known(blocks) = &mut wiring.callbacks {
        let unset = blocks.iter_mut().filter(|block| block.on.is_null());
        unset.for_each(|block| block.on = names(&Transition::defaults(false)));
    }
    let found = checks::offline(&wiring, parts);
    let errors: Vec<String> = found
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(told)
        .collect();
    if !errors.is_empty() {
        return Err(errors.join("; "));
    }
    let message = wiring.desired().unwrap_or_default();
    let text = render::text(&message, None).map_err(|error| error.to_string())?;
    Ok(text.into())
}

fn told(problem: &Diagnostic) -> String {
    format!("{}: {}", problem.path, problem.detail)
}
