//! The sandbox through its HTTP surface, in this process. What needs a real process is in `process.rs`.

#[cfg(test)]
mod datadog;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod support;
