//! The arguments of `cb-gen list`. What a row says is `crate::list`'s affair.

use clap::Args;

use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::list;

#[derive(Args)]
pub(super) struct List {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl List {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let templates = shared.templates(&Config::read(&world.folder)?, world)?;
        let json = self.json || self.format == Format::Json;
        let text = if json {
            list::json(&templates)
        } else {
            list::text(&templates)
        };
        print(world.stdout, &text);
        Ok(0)
    }
}
