//! The dispatcher at work: in this process, and as the real `bootstrap`. One binary, so that both
//! share the services that are called.

#[cfg(test)]
mod bootstrap;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod inside;
#[cfg(test)]
mod promise;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod support;
