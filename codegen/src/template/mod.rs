//! One template and its values become text. The engine stays in this folder; a name the values lack is an error, never an empty place,
//! and nothing is escaped, because the output is source code. `walk` finds what the engine would only notice when it gets there.

mod walk;
mod scope;
mod helpers;

use handlebars::Handlebars;
use serde_json::Value;

use crate::error::Error;

pub(crate) use walk::{Finding, findings};

/// The suffix of a file that is rendered; every other file is copied byte for byte.
pub(crate) const SUFFIX: &str = ".hbs";

/// The path that a file among the templates has in the scaffold, and its content.
///
/// # Errors
/// [`Error::Template`] when the template is no text, no template, or asks for a value that is not there.
pub(crate) fn render(
    path: &str,
    content: &[u8],
    values: &Value,
) -> Result<(String, Vec<u8>), Error> {
    let Some(target) = path.strip_suffix(SUFFIX) else {
        return Ok((path.to_owned(), content.to_vec()));
    };
    let wrong = |detail: String| Error::Template {
        template: path.to_owned(),
        detail,
    };
    let text = std::str::from_utf8(content).map_err(|error| wrong(error.to_string()))?;
    let (text, tail) = cut(text);
    let mut rendered = engine()
        .render_template(text, values)
        .map_err(|error| wrong(one_line(&error.to_string())))?;
    rendered.push_str(tail);
    Ok((target.to_owned(), rendered.into_bytes()))
}

/// A template up to the end of its last line with a tag, and the plain text after it: a lock file is long, and parsing it would be the
/// most of a scaffold's time. Whole where a `~` takes away white space beyond its line.
fn cut(text: &str) -> (&str, &str) {
    let last = text.rfind("{{").max(text.rfind("}}"));
    let end = match last {
        _ if text.contains("{{~") || text.contains("~}}") => text.len(),
        Some(at) => text[at..].find('\n').map_or(text.len(), |end| at + end + 1),
        None => 0,
    };
    text.split_at(end)
}

fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(handlebars::no_escape);
    helpers::register(&mut engine);
    engine
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::render;

    #[test]
    fn only_templates_are_rendered_and_nothing_is_escaped() {
        let values = json!({"service": "a&<b>"});
        let rendered =
            render("src/a.rs.hbs", b"{{service}} \\{{kept}}", &values).expect("a good template");
        assert_eq!(
            rendered,
            ("src/a.rs".to_owned(), b"a&<b> {{kept}}".to_vec())
        );
        let copied = render("src/a.rs", b"{{service}} \xff", &values).expect("a plain file");
        assert_eq!(
            copied,
            ("src/a.rs".to_owned(), b"{{service}} \xff".to_vec())
        );
    }

    #[test]
    fn text_after_the_last_tag_stays_as_it_is() {
        let values = json!({"a": "x"});
        for (text, expected) in [
            ("{{a}}\n } \\ {\n\n", "x\n } \\ {\n\n"),
            ("{{#if a}}\ny\n{{/if}}\n  z\n", "y\n  z\n"),
            ("{{a~}}\n  z\n", "xz\n"),
            ("{{! a\n b }}\nz", "z"),
            ("z \\ }\n", "z \\ }\n"),
        ] {
            let (_, found) = render("a.hbs", text.as_bytes(), &values).expect(text);
            assert_eq!(String::from_utf8_lossy(&found), expected, "{text}");
        }
    }

    /// A line a helper: what is written, and what comes out.
    const HELPED: &[(&str, &str)] = &[
        ("{{snake a}}", "my_service_2"),
        ("{{shout a}}", "MY_SERVICE_2"),
        ("{{camel a}}", "myService2"),
        ("{{pascal a}}", "MyService2"),
        ("{{quote a}}", "\"my-service-2\""),
        ("{{quote odd}}", r#""\"\\\n\t\u0001${x}é""#),
        ("{{quote odd lang=\"rust\"}}", r#""\"\\\n\t\u{1}${x}é""#),
        ("{{quote odd lang=\"hcl\"}}", r#""\"\\\n\t\u0001$${x}é""#),
        ("{{quote (pascal a)}}", "\"MyService2\""),
    ];

    #[test]
    fn helpers_spell_names_and_strings() {
        let values = json!({"a": "my-service-2", "odd": "\"\\\n\t\u{1}${x}é"});
        for (text, expected) in HELPED {
            let (_, found) = render("a.hbs", text.as_bytes(), &values).expect(text);
            assert_eq!(String::from_utf8_lossy(&found), *expected, "{text}");
        }
    }

    #[test]
    fn a_wrong_template_is_named() {
        for text in [
            "{{servce}}",
            "{{snake servce}}",
            "{{#if a}}",
            "{{> missing}}",
            "\u{0}{{",
        ] {
            let error =
                render("a/b.hbs", text.as_bytes(), &json!({"service": "a"})).expect_err(text);
            assert!(
                error
                    .to_string()
                    .starts_with("the template `a/b.hbs` is wrong: "),
                "{error}"
            );
        }
    }
}
