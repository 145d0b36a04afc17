//! `cb-gen man`: manual pages, made from the command line's own description. They carry no date: the same program makes the same pages.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};

use super::{Cli, World, print};
use crate::error::Error;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Man {
    /// Write a page for each command to this folder, which must exist
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  cb-gen man | man -l -
  cb-gen man --out ~/.local/share/man/man1";

impl Man {
    pub(super) fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        let Some(out) = self.out else {
            let page = page(Cli::command());
            print(world.stdout, &page.unwrap_or_default());
            return Ok(0);
        };
        let out = world.folder.join(out);
        clap_mangen::generate_to(Cli::command(), &out).map_err(Error::disk("write to", &out))?;
        print(
            world.stdout,
            "Wrote the pages: `man cb-gen` shows the first.\n",
        );
        Ok(0)
    }
}

fn page(command: Command) -> Option<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).ok()?;
    String::from_utf8(page).ok()
}
