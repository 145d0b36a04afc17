//! The cases: one table, one function a case. A case is named by its function, with dashes; what it needs decides whether it can be
//! tested here. Each module holds the cases of one subject; none knows how it is run or reported.

mod table;
mod signature;
mod body;
mod known;
mod order;
mod source;
mod mapping;
mod time;
mod operator;
mod store;
mod notice;

use std::pin::Pin;

use super::error::Verdict;
use super::trial::Trial;

pub(super) use table::CASES;

/// What a case cannot be tested without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// `POST /_conformance/allow`.
    Guard,
    /// `POST /_conformance/clock`.
    Clock,
    /// `/breakers` and overrides.
    Admin,
    /// The service keeps breakers in the Redis behind the proxy.
    Redis,
    /// The suite starts and ends instances.
    Start,
    /// A second instance on the same store.
    Second,
}

type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + 'a>>;

/// One row of the table.
pub(super) struct Case {
    function: &'static str,
    /// What a service that passes does.
    pub(super) about: &'static str,
    pub(super) needs: &'static [Need],
    /// Settings besides those of every case.
    pub(super) settings: &'static [(&'static str, &'static str)],
    pub(super) run: for<'a, 'b> fn(&'a mut Trial<'b>) -> Running<'a>,
}

impl Case {
    /// `a-late-alert`, of the function `a_late_alert`.
    pub(super) fn name(&self) -> String {
        self.function.replace('_', "-")
    }
}
