//! The resource `circuitbreaker_monitor`. From the top layer down: the hooks Terraform calls, what each needs,
//! and the table of plain settings they all read. A new plain setting is one row of `settings` and one test case.

mod resource;
mod ask;
mod create;
mod update;
mod needs;
mod moved;
mod sent;
pub(crate) mod import;
pub(crate) mod plan;
pub(crate) mod state;
pub(crate) mod checks;
pub(crate) mod render;
mod tags;
pub(crate) mod schema;
mod body;
mod query;
mod fields;
pub(crate) mod settings;
pub(crate) mod model;

pub(crate) use resource::Monitor;

#[cfg(test)]
mod life;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod cases;
