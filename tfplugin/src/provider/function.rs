//! Provider functions: their signatures, typed arguments and errors.

use crate::{
    model::FromValue,
    value::{Type, Value},
};

/// A pure function, called as `provider::NAME::function(…)`. It knows nothing of the
/// provider's configuration and does no I/O.
pub trait Function: Send + Sync + 'static {
    /// Name, parameters and result.
    fn signature(&self) -> Signature;

    /// The result, of the type the signature says. [`FunctionError`] made of a string
    /// is about the call as a whole.
    ///
    /// # Errors
    /// What is wrong, and with which argument.
    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError>;
}

/// What a function takes and gives:
/// `Signature::new("shout", Type::String).parameter(Parameter::new("text", Type::String))`.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) deprecated: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<Parameter>,
    pub(crate) result: Type,
}

impl Signature {
    /// A function without parameters.
    pub fn new(name: impl Into<String>, result: Type) -> Self {
        Self {
            name: name.into(),
            summary: String::new(),
            description: String::new(),
            deprecated: String::new(),
            parameters: Vec::new(),
            variadic: None,
            result,
        }
    }

    /// One line about it.
    #[must_use]
    pub fn summary(self, summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..self
        }
    }

    /// Describes it in Markdown.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..self
        }
    }

    /// Marks it as deprecated and says what to use instead.
    #[must_use]
    pub fn deprecated(self, instead: impl Into<String>) -> Self {
        Self {
            deprecated: instead.into(),
            ..self
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes any number of further arguments.
    #[must_use]
    pub fn variadic(self, parameter: Parameter) -> Self {
        Self {
            variadic: Some(parameter),
            ..self
        }
    }

    /// The parameter an argument belongs to, counted from 0.
    pub(crate) fn parameter_of(&self, argument: usize) -> Option<&Parameter> {
        self.parameters.get(argument).or(self.variadic.as_ref())
    }
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) null: bool,
    pub(crate) unknown: bool,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown: Terraform refuses null itself,
    /// and while an argument is unknown does not call the function.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            description: String::new(),
            null: false,
            unknown: false,
        }
    }

    /// Describes it in Markdown.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..self
        }
    }

    /// Takes null.
    #[must_use]
    pub fn allow_null(self) -> Self {
        Self { null: true, ..self }
    }

    /// Takes unknown values.
    #[must_use]
    pub fn allow_unknown(self) -> Self {
        Self {
            unknown: true,
            ..self
        }
    }
}

/// The arguments of one call, in order.
#[derive(Clone, Debug)]
pub struct Arguments(pub(crate) Vec<Value>);

impl Arguments {
    /// Arguments for a test of a function.
    pub fn new<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }

    /// One argument, counted from 0; a missing one is null.
    ///
    /// # Errors
    /// A value that `T` does not take; the error names the argument.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, FunctionError> {
        let value = self.0.get(index).unwrap_or(&Value::Null);
        T::from_value(value).map_err(|error| FunctionError::argument(index, error.to_string()))
    }

    /// The arguments from `index` on: those of the variadic parameter.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn rest<T: FromValue>(&self, index: usize) -> Result<Vec<T>, FunctionError> {
        (index..self.0.len()).map(|index| self.get(index)).collect()
    }
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// What is wrong and what to do.
    pub text: String,
    /// The argument it is about, counted from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// The call as a whole is wrong.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// One argument is wrong.
    pub fn argument(index: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(index),
        }
    }
}
