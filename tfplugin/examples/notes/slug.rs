//! The function `slug`, which makes ids of titles.

use tfplugin::{Arguments, Function, FunctionError, Parameter, Signature, Type, Value};

/// Small letters and digits, with `-` for all else.
pub(crate) fn slug(title: &str) -> String {
    title
        .to_lowercase()
        .replace(|c: char| !c.is_alphanumeric(), "-")
}

/// The function.
pub(crate) struct Slug;

impl Function for Slug {
    fn signature(&self) -> Signature {
        Signature::new("slug", Type::String)
            .summary("Makes an id of words.")
            .parameter(Parameter::new("title", Type::String).describe("The first words."))
            .variadic(Parameter::new("more", Type::String).describe("More words."))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let words: Vec<String> = arguments.rest(0)?;
        if let Some(i) = words.iter().position(|word| word.trim().is_empty()) {
            return Err(FunctionError::argument(
                i,
                "must not be empty: write a word",
            ));
        }
        Ok(slug(&words.join(" ")).into())
    }
}
