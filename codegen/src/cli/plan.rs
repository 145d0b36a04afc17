//! The arguments of `cb-gen plan`.

use clap::Args;

use super::project::Project;
use super::{Format, World, print};
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
    pub(super) fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        let outlook = update::plan(&self.project.folder(world), world.templates)?;
        print(world.stdout, &self.format.show(&outlook));
        Ok(0)
    }
}
