//! Finds mistakes of a provider as a whole: run at its start, and by its own tests.

use super::{Parts, Provider, Signature};
use crate::{
    model::{Fields, FromValue},
    schema::{Place, Schema},
};
use std::collections::BTreeSet;

/// Every mistake in the schemas, models and signatures of a provider. Empty when all
/// is well; a provider with mistakes does not start. A provider's own tests say
/// `assert_eq!(tfplugin::check(&provider), [""; 0])`.
pub fn check<P: Provider>(provider: &P) -> Vec<String> {
    let mut problems = Vec::new();
    schema(
        &mut problems,
        "provider",
        Place::Provider,
        &provider.schema(),
        P::Config::fields(),
    );
    parts(&mut problems, &provider.parts());
    problems
}

fn parts<C>(problems: &mut Vec<String>, parts: &Parts<C>) {
    let mut names = BTreeSet::new();
    let mut once = |problems: &mut Vec<String>, place: String| {
        if names.contains(&place) {
            problems.push(format!("{place}: the name is given twice"));
        }
        names.insert(place.clone());
        place
    };
    for resource in &parts.resources {
        let place = once(problems, format!("resource `{}`", resource.name()));
        schema(
            problems,
            &place,
            Place::Resource,
            &resource.schema(),
            resource.fields(),
        );
    }
    for source in &parts.data_sources {
        let place = once(problems, format!("data source `{}`", source.name()));
        schema(
            problems,
            &place,
            Place::DataSource,
            &source.schema(),
            source.fields(),
        );
    }
    for function in &parts.functions {
        let signature = function.signature();
        let place = once(problems, format!("function `{}`", signature.name));
        problems.extend(
            parameters(&signature)
                .into_iter()
                .map(|problem| format!("{place}: {problem}")),
        );
    }
}

fn schema(
    problems: &mut Vec<String>,
    place: &str,
    kind: Place,
    schema: &Schema,
    fields: Option<Fields>,
) {
    let found = schema
        .check(kind)
        .into_iter()
        .chain(schema.compare(fields.as_ref()));
    problems.extend(found.map(|problem| format!("{place}: {problem}")));
}

fn parameters(signature: &Signature) -> Vec<String> {
    let mut names = BTreeSet::new();
    let all = signature.parameters.iter().chain(&signature.variadic);
    let mut problems: Vec<String> = all
        .filter(|parameter| !names.insert(&parameter.name))
        .map(|parameter| format!("parameter `{}`: the name is given twice", parameter.name))
        .collect();
    if signature.name.is_empty() {
        problems.push("a function needs a name".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Arguments, Attr, Attribute, Cx, Diagnostics, Function, FunctionError, Parameter, Type,
        Value,
    };

    crate::model! {
        struct Config {
            key: Attr<String>,
        }
    }

    struct Careless;

    #[crate::async_trait]
    impl Provider for Careless {
        type Config = Config;
        type Client = ();

        fn schema(&self) -> Schema {
            Schema::new("").attributes([Attribute::string("alias").optional()])
        }

        fn parts(&self) -> Parts<()> {
            Parts::new().function(Twice).function(Twice)
        }

        async fn configure(&self, _: &mut Cx<()>, _: Config) -> Result<(), Diagnostics> {
            Ok(())
        }
    }

    struct Twice;

    impl Function for Twice {
        fn signature(&self) -> Signature {
            let parameter = || Parameter::new("a", Type::String);
            Signature::new("twice", Type::String)
                .parameter(parameter())
                .variadic(parameter())
        }

        fn call(&self, _: Arguments) -> Result<Value, FunctionError> {
            Ok(Value::Null)
        }
    }

    #[test]
    fn mistakes_are_found_wherever_they_are() {
        let wanted = [
            "provider: `alias`: the name belongs to Terraform: choose another",
            "provider: `key`: the model has it, the schema does not",
            "provider: `alias`: the schema has it, the model does not",
            "function `twice`: parameter `a`: the name is given twice",
            "function `twice`: the name is given twice",
            "function `twice`: parameter `a`: the name is given twice",
        ];
        assert_eq!(check(&Careless), wanted);
    }
}
