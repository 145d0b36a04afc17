//! The sandbox over HTTP, as its users meet it. One binary, so that the support code is whole.

#[cfg(test)]
mod datadog;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod support;
