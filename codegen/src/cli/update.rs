//! The arguments of `cb-gen update`, and what it says at the end.

use clap::Args;

use super::project::Project;
use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::error::Error;
use crate::update::{self, Outlook, Verdict};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Update {
    #[command(flatten)]
    project: Project,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "Your edits are kept: what you and cb-gen changed in different places is merged, and where you changed the
same lines, both stand in the file between conflict markers. Files that are yours (hooks) are never
touched. All files are written, or none; after a kill, run the command again.

Exit codes: 0 done, 1 error, 3 done, but with conflicts to resolve.

Examples:
  cb-gen update
  cb-gen update --project services/funds --dry-run";

impl Update {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let templates = shared.templates(&Config::read(&world.folder)?, world)?;
        let folder = self.project.folder(world);
        let outlook = if self.dry_run {
            update::plan(&folder, &templates)?
        } else {
            update::run(&folder, &templates, world.disk)?
        };
        print(world.stdout, &self.format.show(&outlook));
        if self.format == Format::Text {
            print(world.stdout, &end(&outlook, self.dry_run));
        }
        Ok(if outlook.verdict() == Verdict::Conflict {
            3
        } else {
            0
        })
    }
}

fn end(outlook: &Outlook, dry_run: bool) -> String {
    let written = match outlook.written() {
        _ if dry_run => "Nothing was written: this was a dry run.\n".to_owned(),
        0 => "No file of yours was written.\n".to_owned(),
        1 => "Changed 1 file.\n".to_owned(),
        many => format!("Changed {many} files.\n"),
    };
    if outlook.verdict() == Verdict::Conflict {
        written + NEXT
    } else {
        written
    }
}

const NEXT: &str = "
Next: make each file in conflict what it shall be; `.cb-gen/base/` holds it as cb-gen would have it.
  cb-gen resolve   # once no markers are left
";
