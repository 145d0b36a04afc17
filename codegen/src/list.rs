//! `cb-gen list`: the languages, whether they can be written, and what chooses them. A view of the table in `lang`.

use serde_json::{Value, json};

use crate::lang::{DEFAULT, LANGUAGES, Language};
use crate::templates::Templates;

/// A table for people.
pub(crate) fn text(templates: &Templates) -> String {
    let mut text = row("LANGUAGE", "STATUS", "FRAMEWORK", "CHOSEN BY");
    for language in LANGUAGES {
        let otherwise = if language == DEFAULT {
            ", and by default"
        } else {
            ""
        };
        text += &row(
            language.name,
            status(language, templates),
            language.framework,
            &format!("{}{otherwise}", language.marker),
        );
    }
    text
}

fn row(name: &str, status: &str, framework: &str, chosen: &str) -> String {
    format!("{name:<12}{status:<10}{framework:<13}{chosen}\n")
}

/// The same for programs: an array of objects.
pub(crate) fn json(templates: &Templates) -> String {
    let describe = |language: &Language| {
        json!({
            "name": language.name,
            "title": language.title,
            "framework": language.framework,
            "status": status(language, templates),
            "marker": language.marker,
            "default": language == DEFAULT,
        })
    };
    let languages: Value = LANGUAGES.iter().map(describe).collect();
    format!("{languages:#}\n")
}

fn status(language: &Language, templates: &Templates) -> &'static str {
    if templates.of(language.name).is_some() {
        "ready"
    } else {
        "planned"
    }
}
