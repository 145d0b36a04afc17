//! Where a path of a template leads: through the schema of the values, and through the blocks around it.

use serde_json::Value;

/// What is known of the value at a place.
#[derive(Clone, Copy)]
pub(super) enum Type<'s> {
    /// It has this JSON Schema.
    Known(&'s Value),
    /// It is there, but the schema says nothing of it: a literal, an answer of a helper, `@index`.
    Opaque,
}

/// The blocks around a place, outermost first, each with what `this` is in it and the names it gives (`as |name|`).
#[derive(Clone)]
pub(super) struct Scope<'s>(Vec<Frame<'s>>);

#[derive(Clone)]
struct Frame<'s> {
    this: Type<'s>,
    names: Vec<(String, Type<'s>)>,
    /// `@index` and its like are there.
    counts: bool,
}

impl<'s> Scope<'s> {
    pub(super) fn root(schema: &'s Value) -> Self {
        let this = Type::Known(schema);
        Self(vec![Frame {
            this,
            names: Vec::new(),
            counts: false,
        }])
    }

    /// Inside one more block.
    pub(super) fn inside(
        &self,
        this: Type<'s>,
        names: Vec<(String, Type<'s>)>,
        counts: bool,
    ) -> Self {
        let mut frames = self.0.clone();
        frames.push(Frame {
            this,
            names,
            counts,
        });
        Self(frames)
    }

    /// What the path leads to.
    ///
    /// # Errors
    /// Why it leads nowhere, for people.
    pub(super) fn resolve(&self, path: &str) -> Result<Type<'s>, String> {
        if let Some(local) = path.strip_prefix('@') {
            return self.local(local);
        }
        let mut up = 0;
        let mut rest = path;
        while let Some(outer) = rest.strip_prefix("../") {
            (up, rest) = (up + 1, outer);
        }
        let place = self.0.len().checked_sub(1 + up);
        let frame = place.and_then(|place| self.0.get(place));
        let frame = frame.ok_or_else(|| format!("`{path}` leads out of the outermost block"))?;
        let rest = rest.strip_prefix("./").unwrap_or(rest);
        let mut steps = rest.split(['.', '/']).filter(|step| *step != "this");
        let named = |name: &str| {
            let frames = self.0.iter().rev().flat_map(|frame| &frame.names);
            frames
                .clone()
                .find(|(given, _)| given == name)
                .map(|(_, kind)| *kind)
        };
        let mut clone = steps.clone();
        match clone.next().and_then(named) {
            Some(kind) => clone.try_fold(kind, |kind, step| enter(kind, step, path)),
            None => steps.try_fold(frame.this, |kind, step| enter(kind, step, path)),
        }
    }

    fn local(&self, name: &str) -> Result<Type<'s>, String> {
        if let Some(path) = name.strip_prefix("root") {
            let root = Self(self.0[..1].to_vec());
            return root.resolve(path.trim_start_matches(['.', '/']));
        }
        let name = name.trim_start_matches("../");
        let known = ["index", "key", "first", "last"].contains(&name);
        if known && self.0.iter().any(|frame| frame.counts) {
            Ok(Type::Opaque)
        } else {
            Err(format!("`@{name}` is no local value here"))
        }
    }
}

fn enter<'s>(kind: Type<'s>, step: &str, path: &str) -> Result<Type<'s>, String> {
    let Type::Known(schema) = kind else {
        return Err(format!("nothing is known of `{step}` in `{path}`"));
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties else {
        return Err(format!(
            "what `{step}` is asked of in `{path}` has no parts"
        ));
    };
    let found = properties.get(step).map(Type::Known);
    found.ok_or_else(|| {
        let names: Vec<_> = properties.keys().map(|name| format!("`{name}`")).collect();
        format!("there is no value `{step}`; there are {}", names.join(", "))
    })
}

/// What an element of a list is.
///
/// # Errors
/// When it is no list.
pub(super) fn element(kind: Type<'_>) -> Result<Type<'_>, &'static str> {
    let Type::Known(schema) = kind else {
        return Ok(Type::Opaque);
    };
    schema
        .get("items")
        .or_else(|| {
            schema
                .get("additionalProperties")
                .filter(|inner| inner.is_object())
        })
        .map(Type::Known)
        .ok_or("it is no list")
}
