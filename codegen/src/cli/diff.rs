//! The arguments of `cb-gen diff`.

use clap::Args;

use super::project::Project;
use super::{World, print};
use crate::error::Error;
use crate::update;

#[derive(Args)]
pub(super) struct Diff {
    #[command(flatten)]
    project: Project,
}

impl Diff {
    pub(super) fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        let outlook = update::plan(&self.project.folder(world), world.templates)?;
        print(world.stdout, &outlook.diff());
        Ok(0)
    }
}
