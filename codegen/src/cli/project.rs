//! What the commands on a service that exists share: where it is, and how an outlook is printed.

use std::path::PathBuf;

use clap::Args;

use super::{Format, World};
use crate::update::Outlook;

#[derive(Args)]
pub(super) struct Project {
    /// Folder of the service [default: the current directory]
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
}

impl Project {
    pub(super) fn folder(&self, world: &World<'_>) -> PathBuf {
        let folder = self.project.as_deref();
        folder.map_or_else(|| world.folder.clone(), |folder| world.folder.join(folder))
    }
}

impl Format {
    pub(super) fn show(self, outlook: &Outlook) -> String {
        match self {
            Self::Text => outlook.to_string(),
            Self::Json => format!("{:#}\n", outlook.json()),
        }
    }
}
