//! `parse_message`: from the text of a message to its parts.

use super::shape;
use crate::monitor::model::Wiring;
use crate::monitor::render;
use tfplugin::{Arguments, Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
pub(crate) struct ParseMessage;

const ABOUT: &str = "Takes a monitor's message apart, also one written by hand: into `message` (the text for people), \
    `callback` (a list of objects with `url` and `on`), `sns_topic` (the first `@sns-…` of the last line, or null) and \
    `notify` (the other handles of that line, or null). These are the arguments of `circuitbreaker_monitor`, and what \
    `render_message` takes. It never fails: what is no callback and no handle stays in the text.";

impl Function for ParseMessage {
    fn signature(&self) -> Signature {
        Signature::new("parse_message", shape::message())
            .summary("Reads the callbacks, the text and the handles out of a message")
            .describe(ABOUT)
            .parameter(
                Parameter::new("message", Type::String)
                    .describe("The whole message as Datadog has it."),
            )
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let message: String = arguments.get(0)?;
        Ok(Value::object(render::read_back(
            &Wiring::default(),
            &message,
        )))
    }
}
