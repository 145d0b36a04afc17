//! `cb-gen scaffold`, one straight line: check what was asked, render all files in memory, compare them with the disk, write all or
//! nothing, report. Each step is a module and hands its result to the next; only `write` changes anything.

mod report;
mod write;
mod plan;
mod check;
mod workspace;

use std::path::PathBuf;

use crate::context::Context;
use crate::disk::Disk;
use crate::error::Error;
use crate::lang::Language;
use crate::licence::Licence;
use crate::template;
use crate::templates::Templates;

use check::Checked;
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
}

/// A file of the scaffold, in memory.
struct File {
    /// Inside the folder, with `/`.
    path: String,
    content: Vec<u8>,
    executable: bool,
    /// Written once, then the user's.
    seeded: bool,
}

/// Writes a service, or with `dry_run` only says what would be written.
///
/// # Errors
/// Every [`Error`]; but for [`Error::HalfUndone`] the disk is then as it was before.
pub fn run(request: &Request, templates: &Templates, disk: &mut dyn Disk) -> Result<Report, Error> {
    let checked = check::check(request, templates)?;
    let files = render(request, &checked)?;
    let plan = plan::make(&checked.out, files, request.force)?;
    if !request.dry_run {
        plan.conflicts(&checked.shown)?;
        write::all(&plan, disk)?;
    }
    Ok(Report::new(request, checked, plan))
}

fn render(request: &Request, checked: &Checked<'_>) -> Result<Vec<File>, Error> {
    let language = checked.choice.language;
    let values = Context::new(&checked.service, checked.workspace.is_member()).values();
    let render = |(path, content): (&String, &Vec<u8>)| {
        let (path, content) = template::render(path, content, &values)?;
        let content = match &request.licence {
            Some(licence) => licence.head(&path, content),
            None => content,
        };
        let executable = language.executable.contains(&path.as_str());
        let seeded = language.seeded.contains(&path.as_str());
        Ok(File {
            path,
            content,
            executable,
            seeded,
        })
    };
    checked.files.iter().map(render).collect()
}
