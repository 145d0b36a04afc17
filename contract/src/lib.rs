//! The wire between Terraform, Datadog, the dispatcher and the services: what a monitor's message
//! looks like, how a notification is read, what a callback carries and how it is signed.
//! `docs/contract.md` is the normative text. No I/O, no async, no clock, no environment here.

pub mod request;
pub mod notification;
pub mod preview;
pub mod message;
pub mod signature;
mod template;
mod callback_line;
pub mod callback_url;
pub mod transition;
mod work;

pub use callback_line::KEYWORD;
pub use callback_url::{CallbackUrl, UrlError};
pub use message::{Callback, Field, Message, Place, Position, Problem, RenderError, Rules};
pub use notification::Notification;
pub use preview::{Preview, PreviewError, preview};
pub use request::{CallbackRequest, NoMonitorId};
pub use signature::{SignatureError, SigningKeys};
pub use transition::{Transition, UnknownTransition};
