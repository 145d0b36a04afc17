//! The arguments of `cb-gen check`, and its exit codes.

use clap::Args;

use super::project::Project;
use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::update::{self, Verdict};

#[derive(Args)]
#[command(after_help = CODES)]
pub(super) struct Check {
    #[command(flatten)]
    project: Project,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const CODES: &str = "Exit codes:
  0  clean: `cb-gen update` would change nothing
  1  error
  2  drift: it would
  3  conflict: a file is in conflict, or would be

Your own edits are no drift, and neither is another version of cb-gen that generates the same.";

impl Check {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let templates = shared.templates(&Config::read(&world.folder)?, world)?;
        let outlook = update::plan(&self.project.folder(world), &templates)?;
        let verdict = outlook.verdict();
        print(world.stdout, &self.format.show(&outlook));
        if self.format == Format::Text {
            print(world.stdout, sentence(verdict));
        }
        Ok(verdict.code())
    }
}

fn sentence(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "clean: nothing to do\n",
        Verdict::Drift => "drift: run `cb-gen update`\n",
        Verdict::Conflict => {
            "conflict: `cb-gen plan` and `cb-gen diff` show it, `cb-gen resolve` ends it\n"
        }
    }
}
