//! The provider's functions, about messages alone: pure, offline, without keys and without the provider's settings.
//! A new one is one file here and one line in `provider`.

mod render_message;
mod parse_message;
mod preview_message;
mod shape;

pub(crate) use parse_message::ParseMessage;
pub(crate) use preview_message::PreviewMessage;
pub(crate) use render_message::RenderMessage;

#[cfg(test)]
mod cases;
