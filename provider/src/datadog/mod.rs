//! The Datadog API, version 1, as far as monitors need it: the only place that knows HTTP.
//! No Terraform word and no rule about messages belongs here.

mod monitor;

mod search;

mod reads;

mod client;

mod answer;

mod retry;

mod tls;

mod site;

mod error;

pub use client::{Client, Keys};
pub use error::Error;
pub use reads::Reads;
pub use retry::{Clock, SystemClock};
pub use search::Search;
pub use site::{ApiUrl, SITES, SiteError};
