//! The arguments of `cb-gen plan`.

use clap::Args;

use super::project::Project;
use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::update;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Plan {
    #[command(flatten)]
    project: Project,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "create     new from cb-gen
update     you did not edit it: it is replaced
merge      your edits and cb-gen's go together
conflict   they do not: you will be asked to decide
delete     no longer generated, and you did not edit it
skip       left alone, with the reason

Examples:
  cb-gen plan
  cb-gen plan --project services/funds --format json";

impl Plan {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let templates = shared.templates(&Config::read(&world.folder)?, world)?;
        let outlook = update::plan(&self.project.folder(world), &templates)?;
        print(world.stdout, &self.format.show(&outlook));
        Ok(0)
    }
}
