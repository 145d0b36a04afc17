//! Renders a monitor's message as Datadog does: Handlebars with conditionals that know the transition. The only user of
//! `handlebars`.

use std::collections::BTreeSet;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
    Renderable,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::transition::CONDITIONALS;

/// What a template can ask about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// The conditionals that are true.
    pub(crate) conditionals: BTreeSet<&'static str>,
    /// The group's tags; `bank_code:0001` is `{{bank_code.name}}`.
    pub(crate) tags: Vec<(String, String)>,
    /// Plain variables: `value`, `threshold`, ….
    pub(crate) values: Vec<(&'static str, String)>,
    /// 1 to 5.
    pub(crate) priority: Option<u64>,
}

/// The rendered text, without white space at its ends. A template that cannot be rendered is sent as it is written.
pub(crate) fn render(template: &str, scene: &Scene) -> String {
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    for name in CONDITIONALS {
        engine.register_helper(name, Box::new(Shown(scene.conditionals.contains(name))));
    }
    engine.register_helper("is_match", Box::new(Compares(contains)));
    engine.register_helper("is_exact_match", Box::new(Compares(equals)));
    engine.register_helper("urlencode", Box::new(UrlEncoded));
    engine.register_helper("is_priority", Box::new(HasPriority(scene.priority)));
    let rendered = engine.render_template(&negations_as_else(template), &context(scene));
    rendered.as_deref().unwrap_or(template).trim().to_owned()
}

/// `{{^is_x …}}` opens a block for when `is_x` is false; the engine knows that only as `{{#is_x …}}{{else}}`.
fn negations_as_else(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{^") {
        out.push_str(before);
        match after.split_once("}}") {
            Some((head, tail)) if !head.trim().is_empty() => {
                out.push_str(&format!("{{{{#{head}}}}}{{{{else}}}}"));
                rest = tail;
            }
            _ => {
                out.push_str("{{^");
                rest = after;
            }
        }
    }
    out + rest
}

fn context(scene: &Scene) -> Value {
    let mut root = Map::new();
    for (name, value) in &scene.values {
        root.insert((*name).to_owned(), json!(value));
    }
    for (key, value) in &scene.tags {
        insert(&mut root, key, json!(value));
        // A key with dots can also be written as one word: `{{[k8s.pod].name}}`.
        if key.contains('.') {
            root.insert(key.clone(), json!({"name": value}));
        }
    }
    Value::Object(root)
}

/// Puts a tag's value at `key.name`, where a dot in the key opens a level.
fn insert(root: &mut Map<String, Value>, key: &str, value: Value) {
    let mut level = root;
    for part in key.split('.') {
        let slot = level.entry(part).or_insert_with(|| json!({}));
        if !slot.is_object() {
            *slot = json!({});
        }
        let Value::Object(next) = slot else { return };
        level = next;
    }
    level.insert("name".to_owned(), value);
}

type Call<'rc> = Helper<'rc>;

/// Renders one side of a block.
fn branch<'reg: 'rc, 'rc>(
    shown: bool,
    call: &Call<'rc>,
    parts: (
        &'reg Handlebars<'reg>,
        &'rc Context,
        &mut RenderContext<'reg, 'rc>,
    ),
    out: &mut dyn Output,
) -> HelperResult {
    let side = if shown {
        call.template()
    } else {
        call.inverse()
    };
    side.map_or(Ok(()), |side| side.render(parts.0, parts.1, parts.2, out))
}

/// `{{#is_alert}}`: shown or not, whatever the context.
struct Shown(bool);

impl HelperDef for Shown {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Call<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        branch(self.0, call, (engine, context, state), out)
    }
}

/// `{{#is_match "host.name" "web" "db"}}`: the variable, named by a text, compared with each of the others.
struct Compares(fn(&str, &str) -> bool);

impl HelperDef for Compares {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Call<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = argument(call, 0)?;
        let value = look_up(context.data(), &name);
        let matched = (1..call.params().len())
            .any(|i| argument(call, i).is_ok_and(|other| (self.0)(&value, &other)));
        branch(matched, call, (engine, context, state), out)
    }
}

/// `{{#is_priority 'P1'}}`.
struct HasPriority(Option<u64>);

impl HelperDef for HasPriority {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Call<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let asked = argument(call, 0)?;
        let shown = self
            .0
            .is_some_and(|priority| asked == format!("P{priority}"));
        branch(shown, call, (engine, context, state), out)
    }
}

/// `{{urlencode "host.name"}}`: the variable, named by a text, as a part of a link.
struct UrlEncoded;

impl HelperDef for UrlEncoded {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Call<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = look_up(context.data(), &argument(call, 0)?);
        let encoded = utf8_percent_encode(&value, NON_ALPHANUMERIC);
        Ok(out.write(&encoded.to_string())?)
    }
}

fn argument(call: &Call<'_>, index: usize) -> Result<String, RenderErrorReason> {
    let missing = || RenderErrorReason::ParamNotFoundForIndex("conditional", index);
    call.param(index)
        .map(|param| plain(param.value()))
        .ok_or_else(missing)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The value at a dotted path; nothing is the empty text.
fn look_up(root: &Value, path: &str) -> String {
    let found = path
        .split('.')
        .try_fold(root, |level, part| level.get(part));
    found.map(plain).unwrap_or_default()
}

/// Everything contains the empty text; Datadog means "is not there" by it.
fn contains(value: &str, part: &str) -> bool {
    if part.is_empty() {
        value.is_empty()
    } else {
        value.contains(part)
    }
}

/// Two numbers of one value are equal however they are written.
fn equals(value: &str, other: &str) -> bool {
    match (value.parse::<f64>(), other.parse::<f64>()) {
        (Ok(value), Ok(other)) => value == other,
        _ => value == other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::transition::Transition;
    use super::*;

    fn scene(transition: &str) -> Scene {
        Scene {
            conditionals: Transition::named(transition)
                .unwrap()
                .conditionals()
                .iter()
                .copied()
                .collect(),
            tags: vec![
                ("bank_code".to_owned(), "0001".to_owned()),
                ("k8s.pod".to_owned(), "p-1".to_owned()),
            ],
            values: vec![("value", "7.5".to_owned()), ("threshold", "5".to_owned())],
            priority: Some(2),
        }
    }

    #[test]
    fn each_conditional_shows_in_its_transitions_only() {
        let table = [
            ("alert", "is_alert"),
            ("alert_to_warning", "is_warning is_alert_to_warning"),
            ("alert_recovery", "is_recovery is_alert_recovery"),
            ("warning", "is_warning"),
            ("warning_recovery", "is_recovery is_warning_recovery"),
            ("no_data", "is_no_data"),
            ("no_data_recovery", "is_recovery is_no_data_recovery"),
            ("recovery", "is_recovery"),
            ("unknown", "is_unknown"),
            ("renotify", "is_alert is_renotify"),
        ];
        for (transition, shown) in table {
            for name in CONDITIONALS {
                let template = format!(
                    "{{{{#{name}}}}}yes{{{{else}}}}no{{{{/{name}}}}}, {{{{^{name}}}}}not{{{{/{name}}}}}"
                );
                let expected = if shown.split(' ').any(|shown| shown == name) {
                    "yes,"
                } else {
                    "no, not"
                };
                assert_eq!(
                    render(&template, &scene(transition)),
                    expected,
                    "{transition} {name}"
                );
            }
        }
    }

    /// Templates, and what they become in an alert of `bank_code:0001`.
    const VARIABLES: [(&str, &str); 7] = [
        ("{{[k8s.pod].name}}", "p-1"),
        (
            "https://a/?pod={{urlencode \"k8s.pod.name\"}}",
            "https://a/?pod=p%2D1",
        ),
        (
            "{{bank_code.name}} {{value}} > {{threshold}}",
            "0001 7.5 > 5",
        ),
        ("{{k8s.pod.name}}{{nothing.name}}", "p-1"),
        ("a & b < \"c\" 銀行", "a & b < \"c\" 銀行"),
        ("{{#is_alert}}unbalanced", "{{#is_alert}}unbalanced"),
        (
            "{{#is_alert}}\ncall: https://a/\n{{/is_alert}}\n\ntext\n",
            "call: https://a/\n\ntext",
        ),
    ];

    /// Conditions with arguments, and whether they hold.
    const CONDITIONS: [(&str, bool); 12] = [
        ("is_match \"bank_code.name\" \"00\"", true),
        ("is_match \"bank_code.name\" \"9\" \"1\"", true),
        ("is_match \"bank_code.name\" \"2\"", false),
        ("is_match \"nothing.name\" \"\"", true),
        ("is_match \"bank_code.name\" \"\"", false),
        ("is_exact_match \"bank_code.name\" \"0001\"", true),
        ("is_exact_match \"bank_code.name\" \"000\"", false),
        ("is_exact_match \"value\" 7.50", true),
        ("is_exact_match \"nothing.name\" \"\"", true),
        ("is_priority 'P2'", true),
        ("is_priority \"P2\"", true),
        ("is_priority 'P1'", false),
    ];

    #[test]
    fn variables_and_plain_text() {
        for (template, expected) in VARIABLES {
            assert_eq!(render(template, &scene("alert")), expected, "{template}");
        }
    }

    #[test]
    fn conditions_with_arguments() {
        for (condition, holds) in CONDITIONS {
            let end = condition.split(' ').next().unwrap();
            let template = format!(
                "{{{{#{condition}}}}}y{{{{else}}}}n{{{{/{end}}}}}{{{{^{condition}}}}}!{{{{/{end}}}}}"
            );
            let expected = if holds { "y" } else { "n!" };
            assert_eq!(render(&template, &scene("alert")), expected, "{condition}");
        }
        let nested =
            "{{#is_alert}}{{#is_match \"bank_code.name\" \"1\"}}in{{/is_match}}{{/is_alert}}";
        assert_eq!(render(nested, &scene("alert")), "in");
    }
}
