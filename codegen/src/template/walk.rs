//! Walks a template without rendering it: every path, block, sub-expression and argument must lead to a value of the schema, every
//! helper must exist and get its arguments, and a partial stands on a line of its own. Strict mode is not enough: it lets
//! `{{#if typo}}` pass, and says nothing of a branch that is not taken.

use handlebars::template::{
    BlockParam, DecoratorTemplate, HelperTemplate, Parameter, Template, TemplateElement,
};
use serde_json::Value;

use super::helpers::{self, Kind, Signature};
use super::scope::{self, Scope, Type};

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// From 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
    pub(crate) what: String,
}

/// Everything that is wrong with the text of a template whose values have this JSON Schema.
pub(crate) fn findings(text: &str, schema: &Value) -> Vec<Finding> {
    let template = match Template::compile(text) {
        Ok(template) => template,
        Err(error) => {
            let (line, column) = error.pos().unwrap_or((1, 1));
            let what = super::one_line(&error.reason().to_string());
            return vec![Finding { line, column, what }];
        }
    };
    let mut walk = Walk {
        lines: text.lines().collect(),
        partials: Vec::new(),
        place: (1, 1),
        found: Vec::new(),
    };
    walk.template(&template, &Scope::root(schema));
    walk.found
}

struct Walk<'t> {
    lines: Vec<&'t str>,
    /// Those that the template itself has defined so far, `{{#*inline "name"}}`.
    partials: Vec<String>,
    place: (usize, usize),
    found: Vec<Finding>,
}

impl<'t> Walk<'t> {
    fn say(&mut self, what: String) {
        let (line, column) = self.place;
        self.found.push(Finding { line, column, what });
    }

    fn template(&mut self, template: &Template, scope: &Scope<'_>) {
        for (index, element) in template.elements.iter().enumerate() {
            // The branch that `{{else if}}` becomes has no place of its own.
            if let Some(place) = template.mapping.get(index) {
                self.place = (place.0, place.1);
            }
            match element {
                TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
                TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => {
                    self.call(call, scope);
                }
                TemplateElement::HelperBlock(block) => self.block(block, scope),
                TemplateElement::PartialExpression(partial)
                | TemplateElement::PartialBlock(partial) => self.partial(partial, scope),
                TemplateElement::DecoratorExpression(inline)
                | TemplateElement::DecoratorBlock(inline) => self.decorator(inline, scope),
                _ => self.say("this is more than cb-gen's templates may hold".to_owned()),
            }
        }
    }

    /// `{{path}}`, `{{helper argument}}` or a sub-expression.
    fn call<'s>(&mut self, call: &HelperTemplate, scope: &Scope<'s>) -> Type<'s> {
        let name = call.name.as_name().unwrap_or_default();
        if call.params.is_empty() && call.hash.is_empty() && helpers::named(name).is_none() {
            return self.value(&call.name, scope);
        }
        match helpers::named(name) {
            Some(helper) if helper.kind == Kind::Inline => self.arguments(helper, call, scope),
            Some(_) => self.say(format!("`{name}` needs a block: write `{{{{#{name} …}}}}`")),
            None => self.say(unknown(name)),
        }
        Type::Opaque
    }

    fn arguments(&mut self, helper: &Signature, call: &HelperTemplate, scope: &Scope<'_>) {
        let (least, most) = helper.arguments;
        let given = call.params.len();
        if given < least || given > most {
            let name = helper.name;
            self.say(format!(
                "`{name}` takes {least} argument(s), and there are {given}"
            ));
        }
        let mut named: Vec<_> = call.hash.iter().collect();
        named.sort_by_key(|(name, _)| *name);
        for argument in call
            .params
            .iter()
            .chain(named.into_iter().map(|(_, value)| value))
        {
            self.value(argument, scope);
        }
    }

    fn value<'s>(&mut self, value: &Parameter, scope: &Scope<'s>) -> Type<'s> {
        if let Parameter::Subexpression(inner) = value {
            return match inner.as_element() {
                TemplateElement::Expression(call) => self.call(call, scope),
                _ => Type::Opaque,
            };
        }
        let Some(path) = value.as_name() else {
            return Type::Opaque;
        };
        scope.resolve(path).unwrap_or_else(|what| {
            self.say(what);
            Type::Opaque
        })
    }

    fn block(&mut self, block: &HelperTemplate, scope: &Scope<'_>) {
        let name = block.name.as_name().unwrap_or_default();
        let at = self.place;
        let inner = match helpers::named(name) {
            Some(helper) => {
                self.arguments(helper, block, scope);
                self.inside(helper.kind, block, scope)
            }
            None => {
                self.say(unknown(name));
                scope.clone()
            }
        };
        if let Some(template) = &block.template {
            self.template(template, &inner);
        }
        self.place = at;
        if let Some(template) = &block.inverse {
            self.template(template, scope);
        }
    }

    fn inside<'s>(&mut self, kind: Kind, block: &HelperTemplate, scope: &Scope<'s>) -> Scope<'s> {
        match kind {
            Kind::Block => scope.clone(),
            Kind::Inline => {
                let name = block.name.as_name().unwrap_or_default();
                self.say(format!("`{name}` takes no block: write `{{{{{name} …}}}}`"));
                scope.clone()
            }
            Kind::With => {
                let this = subject(block, scope);
                scope.inside(this, names(block, this), false)
            }
            Kind::Each => {
                let this = scope::element(subject(block, scope)).unwrap_or_else(|what| {
                    let path = block.params.first().and_then(Parameter::as_name);
                    self.say(format!(
                        "`each` cannot walk `{}`: {what}",
                        path.unwrap_or_default()
                    ));
                    Type::Opaque
                });
                scope.inside(this, names(block, this), true)
            }
        }
    }

    fn partial(&mut self, partial: &DecoratorTemplate, scope: &Scope<'_>) {
        let name = partial.name.as_name().unwrap_or_default();
        if !self.partials.iter().any(|known| known == name) {
            self.say(format!(
                "there is no partial `{name}` above this line of the file"
            ));
        }
        let line = self
            .lines
            .get(self.place.0 - 1)
            .map_or("", |line| line.trim());
        if !line.starts_with("{{") || !line.ends_with("}}") || line.matches("{{").count() > 1 {
            self.say(format!(
                "the partial `{name}` must have a line of its own: in a line with other text it is not indented"
            ));
        }
        for argument in partial.params.iter().chain(partial.hash.values()) {
            self.value(argument, scope);
        }
    }

    fn decorator(&mut self, inline: &DecoratorTemplate, scope: &Scope<'_>) {
        let name = inline.params.first().and_then(literal);
        match (inline.name.as_name(), name, &inline.template) {
            (Some("inline"), Some(name), Some(template)) => {
                self.partials.push(name);
                self.template(template, scope);
            }
            _ => self.say("the only decorator is `{{#*inline \"name\"}}`".to_owned()),
        }
    }
}

/// What a block is about. That its path leads somewhere is checked with the other arguments.
fn subject<'s>(block: &HelperTemplate, scope: &Scope<'s>) -> Type<'s> {
    let path = block.params.first().and_then(Parameter::as_name);
    path.and_then(|path| scope.resolve(path).ok())
        .unwrap_or(Type::Opaque)
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = helpers::HELPERS
        .iter()
        .map(|helper| format!("`{}`", helper.name))
        .collect();
    format!(
        "there is no helper `{name}`; there are {}",
        names.join(", ")
    )
}

/// What `as |value key|` names.
fn names<'s>(block: &HelperTemplate, this: Type<'s>) -> Vec<(String, Type<'s>)> {
    let named = |name: &Parameter, kind| Some((name.as_name()?.to_owned(), kind));
    let names = match &block.block_param {
        None => vec![],
        Some(BlockParam::Single(value)) => vec![named(value, this)],
        Some(BlockParam::Pair((value, key))) => vec![named(value, this), named(key, Type::Opaque)],
        Some(_) => vec![],
    };
    names.into_iter().flatten().collect()
}

fn literal(parameter: &Parameter) -> Option<String> {
    match parameter {
        Parameter::Literal(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::findings;

    fn schema() -> serde_json::Value {
        let text = json!({"type": "string"});
        let owner = json!({"type": "object", "properties": {"mail": text}});
        let port = json!({"type": "object", "properties": {"number": {"type": "integer"}}});
        json!({"properties": {
            "name": text, "flag": {"type": "boolean"}, "owner": owner, "ports": {"type": "array", "items": port}
        }})
    }

    const GOOD: &[&str] = &[
        "{{name}} {{owner.mail}} {{this.name}} {{@root.name}} {{./name}} \\{{typo}} {{! typo }}",
        "{{#if flag}}{{name}}{{else if (eq name \"a\")}}{{owner/mail}}{{else}}b{{/if}}",
        "{{#each ports}}{{number}}{{@index}}{{../name}}{{#if @first}}{{../name}}{{/if}}{{/each}}",
        "{{#each ports as |port i|}}{{port.number}}{{i}}{{/each}}",
        "{{#with owner}}{{mail}}{{../name}}{{/with}}",
        "{{quote (snake name)}}{{quote name lang=\"rust\"}}{{len ports}}",
        "{{#*inline \"row\"}}{{name}}\n{{/inline}}\n  {{> row}}\n",
        "{{#unless (and flag (not flag))}}a{{/unless}}",
    ];

    /// A mutant, and a part of what must be said of it.
    const BAD: &[(&str, &str)] = &[
        (
            "{{typo}}",
            "no value `typo`; there are `flag`, `name`, `owner`, `ports`",
        ),
        ("{{{typo}}}", "no value `typo`"),
        ("{{#if typo}}a{{/if}}", "no value `typo`"),
        ("{{#unless typo}}a{{/unless}}", "no value `typo`"),
        ("{{#if flag}}{{typo}}{{/if}}", "no value `typo`"),
        ("{{#if flag}}a{{else}}{{typo}}{{/if}}", "no value `typo`"),
        ("{{#if flag}}a{{else if typo}}b{{/if}}", "no value `typo`"),
        ("{{#each typo}}a{{/each}}", "no value `typo`"),
        (
            "{{#each name}}a{{/each}}",
            "cannot walk `name`: it is no list",
        ),
        (
            "{{#each ports}}{{name}}{{/each}}",
            "no value `name`; there are `number`",
        ),
        (
            "{{#each ports}}{{else}}{{typo}}{{/each}}",
            "no value `typo`",
        ),
        (
            "{{#each ports as |port|}}{{port.typo}}{{/each}}",
            "no value `typo`",
        ),
        ("{{#with owner}}{{name}}{{/with}}", "no value `name`"),
        ("{{#with owner}}{{../typo}}{{/with}}", "no value `typo`"),
        ("{{../name}}", "leads out of the outermost block"),
        ("{{@index}}", "`@index` is no local value here"),
        ("{{@root.typo}}", "no value `typo`"),
        ("{{name.typo}}", "has no parts"),
        ("{{snake typo}}", "no value `typo`"),
        ("{{quote name lang=typo}}", "no value `typo`"),
        ("{{quote (snake typo)}}", "no value `typo`"),
        ("{{#if (eq name typo)}}a{{/if}}", "no value `typo`"),
        ("{{snak name}}", "no helper `snak`"),
        ("{{#iff flag}}a{{/iff}}", "no helper `iff`"),
        ("{{snake}}", "`snake` takes 1 argument(s), and there are 0"),
        ("{{eq name}}", "`eq` takes 2 argument(s), and there are 1"),
        ("{{if flag}}", "`if` needs a block"),
        ("{{#snake name}}a{{/snake}}", "`snake` takes no block"),
        ("{{lookup owner \"mail\"}}", "no helper `lookup`"),
        ("{{> row}}", "no partial `row`"),
        ("{{#*inline \"row\"}}{{typo}}{{/inline}}", "no value `typo`"),
        (
            "{{#*inline \"row\"}}a{{/inline}}\nx {{> row}}",
            "a line of its own",
        ),
        (
            "{{#*inline \"row\"}}a{{/inline}}\n{{> row}} x",
            "a line of its own",
        ),
        (
            "{{#*inline \"row\"}}a{{/inline}}\n{{name}}{{> row}}",
            "a line of its own",
        ),
        ("{{#if flag}}", ""),
    ];

    #[test]
    fn what_is_right_passes() {
        for text in GOOD {
            assert_eq!(findings(text, &schema()), [], "{text}");
        }
    }

    #[test]
    fn every_mutant_is_found() {
        for (text, expected) in BAD {
            let found = findings(text, &schema());
            assert!(
                found.iter().any(|finding| finding.what.contains(expected)),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn a_finding_names_its_place() {
        let found = findings("a\nb {{#if flag}}\n  {{typo}}\n{{/if}}", &schema());
        assert_eq!((found[0].line, found[0].column), (3, 3));
    }
}
