//! Second step: the templates of a language and what was asked for become files in memory, and what the project is to remember of
//! them. The same for a first run and for every later one.

use crate::context::Context;
use crate::error::Error;
use crate::lang::Language;
use crate::merge;
use crate::project::manifest::{Manifest, Options, Record};
use crate::project::{self, Project};
use crate::template;
use crate::templates::Files;

/// A file of the scaffold, in memory.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Inside the folder, with `/`.
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    pub(crate) executable: bool,
    /// Written once, then the user's.
    pub(crate) seeded: bool,
}

/// What the files depend on.
pub(crate) struct Inputs<'a> {
    pub(crate) service: &'a str,
    pub(crate) language: &'static Language,
    pub(crate) options: &'a Options,
}

/// The files, in order of their paths.
///
/// # Errors
/// [`Error::Template`].
pub(crate) fn files(inputs: &Inputs<'_>, templates: &Files) -> Result<Vec<File>, Error> {
    let language = inputs.language;
    let options = inputs.options;
    let values = Context::new(inputs.service, options.workspace_member).values();
    let render = |(path, content): (&String, &Vec<u8>)| {
        let (path, content) = template::render(path, content, &values)?;
        let content = match &options.licence {
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
    let mut files = templates
        .iter()
        .map(render)
        .collect::<Result<Vec<_>, _>>()?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What a project remembers whose files were generated so.
pub(crate) fn remembered(inputs: &Inputs<'_>, files: &[File]) -> Project {
    let mut manifest = Manifest::new(inputs.service, inputs.language.name, inputs.options.clone());
    let mut base = Files::new();
    for file in files {
        let content = merge::normal(&file.content).into_owned();
        let record = Record {
            sha256: project::hash(&content),
            unresolved: false,
        };
        manifest.files.insert(file.path.clone(), record);
        base.insert(file.path.clone(), content);
    }
    Project { manifest, base }
}
