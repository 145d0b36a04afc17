//! The arguments of `cb-gen scaffold`. What is checked, planned and written is `crate::scaffold`'s affair.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{World, print};
use crate::error::Error;
use crate::lang::{self, LANGUAGES};
use crate::scaffold;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Scaffold {
    /// Name of the service: lowercase letters, digits and dashes
    #[arg(long, value_name = "NAME")]
    service: String,
    /// Language [default: what the current directory holds, else rust]
    #[arg(long, value_parser = PossibleValuesParser::new(LANGUAGES.iter().map(|language| language.name)))]
    lang: Option<String>,
    /// Folder to write to [default: ./NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Overwrite files that differ; files that are yours (src/hooks.rs) are kept even so
    #[arg(long)]
    force: bool,
}

const EXAMPLES: &str = "All files are written, or none. A file that exists with other content stops the command, unless
--force is given. Inside a Cargo workspace the service is a member if the workspace's `members`
say so; otherwise its Cargo.toml holds an empty [workspace] table, so that it builds on its own.

Examples:
  cb-gen scaffold --service funds
  cb-gen scaffold --service funds --lang rust --out services/funds
  cb-gen scaffold --service funds --force --dry-run";

impl Scaffold {
    pub(super) fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        let request = scaffold::Request {
            service: self.service,
            language: self.lang.as_deref().and_then(lang::named),
            out: self.out,
            folder: world.folder.clone(),
            dry_run: self.dry_run,
            force: self.force,
        };
        let report = scaffold::run(&request, world.templates, world.disk)?;
        print(world.stdout, &report.to_string());
        report.verdict().map(|()| 0)
    }
}
