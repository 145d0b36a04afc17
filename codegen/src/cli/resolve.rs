//! The arguments of `cb-gen resolve`.

use clap::Args;
use serde_json::json;

use super::project::Project;
use super::{Format, World, print};
use crate::error::Error;
use crate::update;

#[derive(Args)]
pub(super) struct Resolve {
    #[command(flatten)]
    project: Project,
    /// Files to declare resolved, as `cb-gen plan` names them [default: all in conflict]
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Resolve {
    pub(super) fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        let resolved = update::resolve(&self.project.folder(world), &self.files, world.disk)?;
        let text: String = match resolved.as_slice() {
            files if self.format == Format::Json => {
                format!("{:#}\n", json!({"resolved": files}))
            }
            [] => "no file is in conflict\n".to_owned(),
            files => files
                .iter()
                .map(|file| format!("resolved {file}\n"))
                .collect(),
        };
        print(world.stdout, &text);
        Ok(0)
    }
}
