//! The provider's data sources: a message put together offline, a monitor looked up, and the states of its groups.
//! A new one is one file here and one line in `provider`.

mod message;
mod monitor;
mod monitor_state;

pub(crate) use message::RenderedMessage;
pub(crate) use monitor::FoundMonitor;
pub(crate) use monitor_state::MonitorState;

#[cfg(test)]
mod tests;
