//! The arguments of `cb-gen diff`.

use clap::Args;

use super::project::Project;
use super::{Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::update;

#[derive(Args)]
pub(super) struct Diff {
    #[command(flatten)]
    project: Project,
}

impl Diff {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let templates = shared.templates(&Config::read(&world.folder)?, world)?;
        let outlook = update::plan(&self.project.folder(world), &templates)?;
        print(world.stdout, &outlook.diff());
        Ok(0)
    }
}
