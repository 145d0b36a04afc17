//! The arguments of `cb-gen scaffold`. What is checked, planned and written is `crate::scaffold`'s affair.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::lang::{self, LANGUAGES};
use crate::licence::Licence;
use crate::scaffold;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Scaffold {
    /// Name of the service: lowercase letters, digits and dashes [default: asked for on a terminal]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Language [default: what the current directory holds, else rust]
    #[arg(long, value_parser = PossibleValuesParser::new(LANGUAGES.iter().map(|language| language.name)))]
    lang: Option<String>,
    /// Folder to write to [default: ./NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Licence at the head of every source file, an id of https://spdx.org/licenses/ [default: none]
    #[arg(long, value_name = "ID")]
    spdx: Option<String>,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Overwrite files that differ; files that are yours (src/hooks.rs) are kept even so
    #[arg(long)]
    force: bool,
    /// Take the folder as it is, and record in .cb-gen what would have been written, so that it can be updated
    #[arg(long, conflicts_with = "force")]
    adopt: bool,
}

const EXAMPLES: &str = "All files are written, or none. A file that exists with other content stops the command, unless
--force is given. Inside a Cargo workspace the service is a member if the workspace's `members`
say so; otherwise its Cargo.toml holds an empty [workspace] table, so that it builds on its own.
What stands in ./cb-gen.toml (service, language, out, spdx, templates) need not be said here.

Examples:
  cb-gen scaffold --service funds
  cb-gen scaffold --service funds --lang rust --out services/funds
  cb-gen scaffold --service funds --force --dry-run";

/// How often a name is asked for before the command gives up.
const PATIENCE: usize = 3;

impl Scaffold {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let config = Config::read(&world.folder)?;
        let templates = shared.templates(&config, world)?;
        let request = self.request(shared, config, world)?;
        let report = scaffold::run(&request, &templates, world.disk)?;
        let text = match self.format {
            Format::Text => report.to_string(),
            Format::Json => format!("{:#}\n", report.json()),
        };
        print(world.stdout, &text);
        report.verdict().map(|()| 0)
    }

    /// What was said here, else what `cb-gen.toml` says.
    fn request(
        &self,
        shared: &Shared,
        config: Config,
        world: &mut World<'_>,
    ) -> Result<scaffold::Request, Error> {
        let licence = self.spdx.as_deref().map(Licence::parse).transpose()?;
        let service = match self.service.clone().or(config.service) {
            Some(service) => service,
            None if shared.no_input => return Err(Error::NoService),
            None => ask(world)?,
        };
        let language = self.lang.as_deref().and_then(lang::named);
        Ok(scaffold::Request {
            service,
            language: language.or(config.language),
            out: self.out.clone().or(config.out),
            folder: world.folder.clone(),
            licence: licence.or(config.licence),
            dry_run: self.dry_run,
            force: self.force,
            adopt: self.adopt,
        })
    }
}

/// Asks a person for the name, if there is one.
fn ask(world: &mut World<'_>) -> Result<String, Error> {
    let Some(answers) = world.answers.as_mut() else {
        return Err(Error::NoService);
    };
    for _ in 0..PATIENCE {
        print(
            world.stderr,
            "Name of the service (lowercase letters, digits, dashes): ",
        );
        let mut answer = String::new();
        if answers.read_line(&mut answer).unwrap_or_default() == 0 {
            break;
        }
        let answer = answer.trim();
        match lang::name::label(answer, None) {
            Ok(()) => return Ok(answer.to_owned()),
            Err(Error::Name { rule, proposal, .. }) => {
                print(world.stderr, &format!("{rule}; `{proposal}` would do\n"));
            }
            Err(other) => return Err(other),
        }
    }
    Err(Error::NoService)
}
