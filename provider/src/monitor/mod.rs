//! The resource `circuitbreaker_monitor`. From the top layer down: the hooks Terraform calls, what each needs,
//! and the table of plain settings they all read. A new plain setting is one row of `settings` and one test case.

mod resource;
mod ask;
mod sent;
mod import;
mod plan;
mod state;
mod checks;
mod render;
mod tags;
mod schema;
mod body;
mod query;
mod fields;
mod settings;
mod model;

pub(crate) use resource::Monitor;

#[cfg(test)]
mod life;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod cases;
