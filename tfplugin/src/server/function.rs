//! The calls about functions.

use super::{Server, guard::guard_now};
use crate::{
    proto::tfplugin6 as tf,
    provider::{Arguments, Function, FunctionError, Provider, Signature},
    wire,
};
use std::collections::HashMap;

impl<P: Provider> Server<P> {
    pub(super) fn signatures(&self) -> HashMap<String, tf::Function> {
        let functions = self.functions.iter();
        functions
            .map(|(name, (signature, _))| (name.clone(), wire::function(signature)))
            .collect()
    }

    pub(super) fn call(&self, request: tf::call_function::Request) -> tf::call_function::Response {
        let result = match self.functions.get(&request.name) {
            Some((signature, function)) => call(signature, function.as_ref(), request.arguments),
            None => Err(FunctionError::new(format!(
                "this provider has no function `{}`",
                request.name
            ))),
        };
        match result {
            Ok(value) => tf::call_function::Response {
                result: Some(value),
                error: None,
            },
            Err(error) => tf::call_function::Response {
                result: None,
                error: Some(wire_error(error)),
            },
        }
    }
}

fn call(
    signature: &Signature,
    function: &dyn Function,
    arguments: Vec<tf::DynamicValue>,
) -> Result<tf::DynamicValue, FunctionError> {
    let mut values = Vec::new();
    if arguments.len() < signature.parameters.len() {
        return Err(FunctionError::new(format!(
            "{} arguments wanted",
            signature.parameters.len()
        )));
    }
    for (i, argument) in arguments.into_iter().enumerate() {
        let parameter = signature
            .parameter_of(i)
            .ok_or_else(|| FunctionError::argument(i, "one argument too many"))?;
        let value = wire::value(Some(argument), &parameter.ty);
        values.push(value.map_err(|error| FunctionError::argument(i, error.to_string()))?);
    }
    let result = guard_now(|| function.call(Arguments(values))).unwrap_or_else(|| {
        let text = format!(
            "the provider panicked in `{}`: this is a bug in the provider",
            signature.name
        );
        Err(FunctionError::new(text))
    })?;
    wire::dynamic(result, &signature.result).map_err(|error| {
        FunctionError::new(format!(
            "the provider returned another type than it declares: {error}"
        ))
    })
}

fn wire_error(error: FunctionError) -> tf::FunctionError {
    let argument = error.argument.and_then(|index| i64::try_from(index).ok());
    tf::FunctionError {
        text: error.text,
        function_argument: argument,
    }
}
