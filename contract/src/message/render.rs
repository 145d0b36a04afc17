//! Lays a message out. The only writer of the layout; `parse` is its inverse.

use super::check::{Problem, Rules};
use super::{Callback, Message};
use crate::callback_line;
use crate::transition::Transition;

/// A message that would not be read back as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message cannot be rendered: {}", .problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "))]
pub struct RenderError {
    /// What `check` says with `http` allowed; never empty.
    pub problems: Vec<Problem>,
}

impl Message {
    /// The text for Datadog: a block per transition with one callback line per URL, a blank line,
    /// the human text, and the handles on the last line, outside every block. Callbacks come first
    /// so that a message cut short still carries them; nothing stands before or behind, because
    /// Datadog trims. `http` URLs are rendered: whether they are wanted is for `check` to say.
    pub fn render(&self) -> Result<String, RenderError> {
        let problems = self.check_with(Rules {
            allow_insecure: true,
        });
        if !problems.is_empty() {
            return Err(RenderError { problems });
        }
        let message = self.normalized();
        let blocks: Vec<_> = Transition::ALL
            .into_iter()
            .filter_map(|transition| block(transition, &message.callbacks))
            .collect();
        let handles = message.handles.join(" ");
        let below = joined([&message.text, &handles], "\n");
        Ok(joined([&blocks.join("\n"), &below], "\n\n"))
    }
}

fn block(transition: Transition, callbacks: &[Callback]) -> Option<String> {
    let name = transition.conditional();
    let lines: Vec<_> = callbacks
        .iter()
        .filter(|callback| callback.on.contains(&transition))
        .map(|callback| callback_line::write(&callback.url))
        .collect();
    (!lines.is_empty()).then(|| format!("{{{{#{name}}}}}\n{}\n{{{{/{name}}}}}", lines.join("\n")))
}

/// Joins what is not empty.
fn joined(parts: [&str; 2], between: &str) -> String {
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}
