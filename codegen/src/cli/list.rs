//! The arguments of `cb-gen list`. What a row says is `crate::list`'s affair.

use clap::Args;

use super::{Format, World, print};
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
    pub(super) fn run(self, world: &mut World<'_>) {
        let json = self.json || self.format == Format::Json;
        let text = if json {
            list::json(world.templates)
        } else {
            list::text(world.templates)
        };
        print(world.stdout, &text);
    }
}
