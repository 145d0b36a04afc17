//! `preview_message`: what a notification carries of a message.

use contract::Transition;
use std::collections::BTreeMap;
use tfplugin::{Arguments, Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
pub(crate) struct PreviewMessage;

const ABOUT: &str = "Shows what Datadog sends of a message on one transition: its conditionals decided, its variables \
    filled in. The answer has `text` (what the SNS topic gets, without the query sentence and the links that Datadog \
    adds), `callbacks` (the URLs that are called) and `handles` (who is notified). From ALERT to WARNING the recipients \
    named for ALERT to OK are notified too, without their text. A variable that is not given is empty; a call such \
    as `{{eval \"…\"}}` stays as it is written. Made for `terraform test`.";

impl Function for PreviewMessage {
    fn signature(&self) -> Signature {
        let texts = || Type::list(Type::String);
        let result = Type::object([
            ("text", Type::String),
            ("callbacks", texts()),
            ("handles", texts()),
        ]);
        Signature::new("preview_message", result)
            .summary("Shows what a notification will carry of a message")
            .describe(ABOUT)
            .parameter(Parameter::new("message", Type::String).describe(
                "The whole message, for example `circuitbreaker_monitor.x.rendered_message`.",
            ))
            .parameter(Parameter::new("transition", Type::String).describe(format!(
                "One of {}.",
                Transition::ALL.map(|known| format!("`{known}`")).join(", ")
            )))
            .parameter(
                Parameter::new("variables", Type::map(Type::String))
                    .allow_null()
                    .describe(
                        "Values of variables by their names in the message, without braces: \
                         `{ \"bank_code.name\" = \"0001\", value = 0.7 }`. `priority` (`P1` to `P5`) is the monitor's.",
                    ),
            )
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let given: Value = arguments.get(2)?;
        if !given.is_wholly_known() {
            return Ok(Value::Unknown);
        }
        let message: String = arguments.get(0)?;
        let transition: String = arguments.get(1)?;
        let transition = transition
            .parse::<Transition>()
            .map_err(|error| FunctionError::argument(1, error.to_string()))?;
        let values = given.as_map().into_iter().flatten();
        let variables: BTreeMap<String, String> = values
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let shown = contract::preview(&message, transition, &variables)
            .map_err(|error| FunctionError::argument(0, error.to_string()))?;
        Ok(Value::object([
            ("text", Value::from(shown.text)),
            ("callbacks", Value::list(shown.callbacks)),
            ("handles", Value::list(shown.handles)),
        ]))
    }
}
