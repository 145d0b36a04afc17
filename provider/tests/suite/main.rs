//! The Datadog client against servers that answer as they are told, or not at all. One binary, so that the support
//! code is whole.

#[cfg(test)]
mod client;
#[cfg(test)]
mod orphans;
#[cfg(test)]
mod support;
