//! `cb-gen verify`: drives a service, generated or written by hand, through every promise of the callback's contract, and says which it
//! keeps. It brings along a fake Datadog, a signer and a proxy before Redis; the service is only ever seen from outside. One straight
//! line: `stage` sets the world, `run` takes the `cases` one by one, `report` and `junit` show what was found.

mod junit;
mod report;
mod run;
mod load;
mod cases;
mod trial;
mod bank;
mod stage;
mod instance;
mod sender;
mod process;
mod redis;
mod proxy;
mod fake;
mod callback;
mod client;
mod wait;
mod error;

pub use error::Error;
pub use junit::xml;
pub use load::{Load, Weighed, load};
pub use report::{Finding, Outcome, Report};
pub use run::{Audience, Request, list, run};
pub use stage::{Ground, Service, Store};
