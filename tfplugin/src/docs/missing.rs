//! What a page cannot be made of: places without a description, parts without an
//! example.

use super::{About, Kind, Sources, Subject};
use crate::{
    provider::Signature,
    schema::{Attribute, Body, Shape},
};

/// Every gap, as a text that names the place and the remedy.
pub(super) fn of(subject: &Subject, sources: &dyn Sources) -> Vec<String> {
    let kind = match subject.kind {
        Kind::Provider => "provider",
        Kind::Resource => "resource",
        Kind::DataSource => "data source",
        Kind::Function => "function",
    };
    let place = format!("{kind} `{}`", subject.name);
    let mut gaps = Gaps(Vec::new());
    gaps.text(&place, subject.description());
    match &subject.about {
        About::Schema(schema) => gaps.inside(&place, &schema.body),
        About::Signature(signature) => gaps.signature(&place, signature),
    }
    let usage = subject.usage();
    if sources.example(&usage).is_none() {
        gaps.0
            .push(format!("{place}: no example: write `examples/{usage}`"));
    }
    gaps.0
}

struct Gaps(Vec<String>);

impl Gaps {
    fn text(&mut self, place: &str, text: &str) {
        if text.trim().is_empty() {
            self.0.push(format!(
                "{place}: no description: say in Markdown what it is"
            ));
        }
    }

    fn inside(&mut self, place: &str, body: &Body) {
        for attribute in &body.attributes {
            self.attribute(place, attribute);
        }
        for block in &body.blocks {
            let place = format!("{place}, `{}`", block.name);
            self.text(&place, &block.body.description);
            self.inside(&place, &block.body);
        }
    }

    fn attribute(&mut self, place: &str, attribute: &Attribute) {
        let place = format!("{place}, `{}`", attribute.name);
        self.text(&place, &attribute.description);
        if let Shape::Nested(_, attributes) = &attribute.shape {
            for attribute in attributes {
                self.attribute(&place, attribute);
            }
        }
    }

    fn signature(&mut self, place: &str, signature: &Signature) {
        if signature.summary.trim().is_empty() {
            self.0
                .push(format!("{place}: no summary: say in one line what it is"));
        }
        for parameter in signature.parameters.iter().chain(&signature.variadic) {
            let place = format!("{place}, parameter `{}`", parameter.name);
            self.text(&place, &parameter.description);
        }
    }
}
