//! The arguments of `cb-gen diff`.

use clap::Args;

use super::project::Project;
use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::update;

#[derive(Args)]
pub(super) struct Diff {
    #[command(flatten)]
    project: Project,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Diff {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let templates = shared.templates(&Config::read(&world.folder)?, world)?;
        let outlook = update::plan(&self.project.folder(world), &templates)?;
        let text = match self.format {
            Format::Text => outlook.diff(),
            Format::Json => format!("{:#}\n", outlook.diff_json()),
        };
        print(world.stdout, &text);
        Ok(0)
    }
}
