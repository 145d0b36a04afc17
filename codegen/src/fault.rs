//! A fault in a file that people write, with its place: what is wrong, where (file, line, caret) and what to do. Drawn by miette; with
//! colour for a terminal that wants it, plain ASCII for everything else.

use std::ops::Range;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NamedSource, SourceSpan};

/// Columns of the drawing: the same everywhere, so that output can be compared.
const WIDTH: usize = 100;

/// What is wrong with a file, and where.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{file}` {what}")]
pub struct Fault {
    file: String,
    what: String,
    #[help]
    remedy: String,
    #[source_code]
    text: NamedSource<String>,
    #[label("here")]
    place: SourceSpan,
}

impl Fault {
    /// `place` counts bytes of the text.
    pub(crate) fn new(file: &str, text: &str, place: Range<usize>) -> Self {
        let end = place.end.min(text.len());
        Self {
            file: file.to_owned(),
            what: String::new(),
            remedy: String::new(),
            text: NamedSource::new(file, text.to_owned()),
            place: (place.start.min(end)..end).into(),
        }
    }

    /// The rest of a sentence that begins with the file's name, and the remedy.
    pub(crate) fn saying(self, what: impl Into<String>, remedy: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            what: what.into(),
            remedy: remedy.into(),
            ..self
        })
    }

    /// The drawing, several lines.
    pub fn draw(&self, colour: bool) -> String {
        let theme = if colour {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::none()
        };
        let mut drawn = String::new();
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(WIDTH)
            .with_links(colour);
        match handler.render_report(&mut drawn, self) {
            Ok(()) => drawn,
            Err(_) => format!("{self}; {}\n", self.remedy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn a_place_beyond_the_text_is_drawn_too() {
        let fault = Fault::new("a.toml", "a = 1\n", 90..99).saying("is wrong", "mend it");
        assert!(
            fault.draw(false).contains("`a.toml` is wrong"),
            "{}",
            fault.draw(false)
        );
    }

    #[test]
    fn colour_is_only_for_who_wants_it() {
        let fault = Fault::new("a.toml", "a = 1\n", 4..5).saying("is wrong", "mend it");
        assert!(fault.draw(true).contains('\u{1b}'));
        assert!(fault.draw(false).is_ascii() && !fault.draw(false).contains('\u{1b}'));
    }
}
