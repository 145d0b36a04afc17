//! The sandbox as its users meet it: over HTTP, and as a program. One binary, so that the support
//! code is whole.

#[cfg(test)]
mod connections;
#[cfg(test)]
mod datadog;
#[cfg(test)]
mod downtimes;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod page;
#[cfg(test)]
mod program;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod search;
#[cfg(test)]
mod support;
#[cfg(test)]
mod watching;
