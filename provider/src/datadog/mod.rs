//! The Datadog API, version 1, as far as monitors need it: the only place that knows HTTP.
//! No Terraform word and no rule about messages belongs here.

mod create;

mod monitor;

mod search;

mod reads;

mod client;

mod ledger;

mod wire;

mod answer;

mod pacer;

mod retry;

mod timing;

mod tls;

mod site;

mod error;

pub use client::Client;
pub use create::Wanted;
pub use error::{Error, Tries};
pub use reads::Reads;
pub use search::Search;
pub use site::{ApiUrl, SITES, SiteError};
pub use timing::{Chance, Clock, SystemChance, SystemClock, Timing};
pub use wire::Keys;
