//! `cb-gen scaffold`, one straight line: check what was asked, render all files in memory, compare them with the disk, write all or
//! nothing (`project::commit`), report. Each step is a module and hands its result to the next; only the last but one changes anything.

mod report;
mod plan;
pub(crate) mod render;
mod check;
mod workspace;

use std::path::PathBuf;

use crate::disk::Disk;
use crate::error::Error;
use crate::lang::Language;
use crate::licence::Licence;
use crate::project::commit;
use crate::project::manifest::Options;
use crate::templates::Templates;

pub(crate) use check::not_yet;
use render::Inputs;
pub use report::Report;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// `--service`, unchecked.
    pub service: String,
    /// `--lang`.
    pub language: Option<&'static Language>,
    /// `--out`.
    pub out: Option<PathBuf>,
    /// The current directory, absolute.
    pub folder: PathBuf,
    /// `--spdx`.
    pub licence: Option<Licence>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--force`.
    pub force: bool,
    /// `--adopt`.
    pub adopt: bool,
}

/// Writes a service, or with `dry_run` only says what would be written.
///
/// # Errors
/// Every [`Error`]; but for [`Error::HalfUndone`] the disk is then as it was before.
pub fn run(request: &Request, templates: &Templates, disk: &mut dyn Disk) -> Result<Report, Error> {
    let checked = check::check(request, templates)?;
    if !request.dry_run {
        commit::recover(&checked.out, disk)?;
    }
    let options = Options {
        workspace_member: checked.workspace.is_member(),
        licence: request.licence.clone(),
    };
    let inputs = Inputs {
        service: &checked.service,
        language: checked.choice.language,
        options: &options,
    };
    let files = render::files(&inputs, checked.files)?;
    let project = render::remembered(&inputs, &files);
    let plan = plan::make(&checked.out, files, request)?;
    let mut recorded = false;
    if !request.dry_run {
        plan.conflicts(&checked.shown)?;
        let mut changes = plan.changes();
        let records = project.changes(&checked.out)?;
        recorded = !records.is_empty();
        changes.extend(records);
        commit::apply(&checked.out, &changes, disk)?;
    }
    Ok(Report::new(request, checked, plan, recorded))
}
