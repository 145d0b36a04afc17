//! What can go wrong, each with the value at fault and what to do. Text only; nothing here prints or decides an exit code.

use std::io;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// A failed command. Nothing was written, unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name breaks the rules of a DNS label, which it becomes in host names and in `service:` tags.
    #[error("`{name}` cannot name a service: {rule}; try `--service {proposal}`")]
    Name {
        /// The name as given.
        name: String,
        /// The rule that it breaks.
        rule: &'static str,
        /// A name near to it that is fine.
        proposal: String,
    },

    /// The name means something else to the language's tools.
    #[error("`{name}` cannot name a {language} service: {why}; try `--service {name}-service`")]
    Reserved {
        /// The name as given.
        name: String,
        /// The language's title.
        language: &'static str,
        /// Who reserves it.
        why: &'static str,
    },

    /// The current directory looks like several languages.
    #[error("the current directory holds {markers}: say which language you want with {options}")]
    Ambiguous {
        /// The files found, as prose.
        markers: String,
        /// The options to choose from, as prose.
        options: String,
    },

    /// The language is known, but cb-gen cannot write it.
    #[error(
        "there is no template for {language} yet ({reason}); there is one for {ready}: use {options}"
    )]
    NotYet {
        /// The language's title.
        language: &'static str,
        /// Why it was chosen.
        reason: String,
        /// Languages that have a template, as prose.
        ready: String,
        /// The options that choose them, as prose.
        options: String,
    },

    /// Files are in the way.
    #[error(
        "{} in `{}` would be overwritten:{}\nnothing was written: move what you want to keep, choose another folder with `--out`, or say `--force`",
        if files.len() == 1 { "a file".to_owned() } else { format!("{} files", files.len()) },
        out.display(),
        files.iter().map(|file| format!("\n  {file}")).collect::<String>()
    )]
    Conflicts {
        /// The folder as given.
        out: PathBuf,
        /// Paths inside it.
        files: Vec<String>,
    },

    /// A file stands where a folder is needed.
    #[error("`{}` is not a folder: move it, or choose another folder with `--out`", .0.display())]
    NotAFolder(PathBuf),

    /// A folder stands where a file is needed.
    #[error("`{}` is a folder where a file must be written: move it, or choose another folder with `--out`", .0.display())]
    IsAFolder(PathBuf),

    /// Writing would follow a link to somewhere else.
    #[error("`{}` is a symbolic link {problem}: remove it, or choose another folder with `--out`", path.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}; {UNDONE}", path.display())]
    Disk {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },

    /// The operating system refused, and refused again when asked to undo what was done.
    #[error(
        "{first}\nand then cannot undo all of it: {left} may be left behind; mend the cause and run the command again"
    )]
    HalfUndone {
        /// The error that began it.
        first: Box<Error>,
        /// What could not be undone.
        left: String,
    },

    /// A template is wrong.
    #[error(
        "the template `{template}` is wrong: {detail}; nothing was written; if it is your own, `cb-gen templates lint` tells more, else please report this"
    )]
    Template {
        /// Its path among the templates.
        template: String,
        /// What the engine says.
        detail: String,
    },

    /// The folder that `--templates` names is of no use.
    #[error("cannot take templates from `{}`: {detail}; it must hold a folder such as `rust/`", folder.display())]
    Templates {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        detail: String,
    },

    /// The folder holds no service that could be updated.
    #[error(
        "`{}` holds no `.cb-gen/manifest.json`: run the command in the folder of a service, or record one that an older cb-gen wrote \
         with `cb-gen scaffold --service NAME --out DIR --adopt`",
        .0.display()
    )]
    NoManifest(PathBuf),

    /// A file of cb-gen's own cannot be understood.
    #[error("cannot understand `{}`: {detail}; restore it from version control", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },

    /// `cb-gen.toml` is wrong.
    #[error("{0}")]
    Config(Box<Fault>),

    /// A file that is there cannot be read.
    #[error("cannot read `{}`: {source}; nothing was written", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },

    /// Nobody gave the service a name.
    #[error(
        "the service has no name: say `--service NAME`, or write `service = \"NAME\"` in cb-gen.toml"
    )]
    NoService,

    /// SPDX does not know the licence.
    #[error("`{text}` is no licence of https://spdx.org/licenses/{}", near.map(|near| format!("; try `{near}`")).unwrap_or_default())]
    Licence {
        /// As given.
        text: String,
        /// One that is near.
        near: Option<&'static str>,
    },

    /// There is no such template.
    #[error("there is no template `{template}`: `cb-gen templates list` shows those there are")]
    NoTemplate {
        /// `rust/src/man.rs`.
        template: String,
    },

    /// Ejected templates would lose what was edited in them.
    #[error(
        "your edits would be lost in{}\nnothing was written: choose another folder with `--templates`, or say `--force`",
        files.iter().map(|file| format!("\n  {file}")).collect::<String>()
    )]
    EditedTemplates {
        /// As `templates list` shows them.
        files: Vec<String>,
    },

    /// Nobody said where the user's own templates are.
    #[error(
        "no folder of templates is known: say `--templates DIR`, or write `templates = \"DIR\"` in cb-gen.toml"
    )]
    NoFolder,

    /// The folder was not made by `templates eject`.
    #[error("`{}` holds no ejected templates: `cb-gen templates eject --templates DIR` makes such a folder", .0.display())]
    NotEjected(PathBuf),

    /// The record of ejected templates cannot be understood.
    #[error("cannot understand `{}`: {detail}; restore it from version control", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },

    /// The base is not what the manifest says.
    #[error(
        "`{}` {problem}: an update needs it to tell your edits from cb-gen's; restore it from version control, or take your files \
         as they are with `cb-gen scaffold --adopt`",
        file.display()
    )]
    Base {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// A run was killed, and this command only reads.
    #[error("a change of `{}` was interrupted: run `cb-gen update` there, which finishes it", .0.display())]
    Pending(PathBuf),

    /// A run was killed, and what it began cannot be finished.
    #[error(
        "an earlier run was interrupted and cannot be finished: {0}\nwhat it had not begun is as it was; mend the cause and run the command again"
    )]
    Interrupted(Box<Error>),

    /// Conflicts of an earlier update wait for the user.
    #[error(
        "a conflict is not resolved yet in{}\nnothing was written: make each what it shall be, then `cb-gen resolve`",
        list(.0)
    )]
    Unresolved(Vec<String>),

    /// A file that is to be declared resolved holds conflict markers.
    #[error(
        "conflict markers are left in{}\nnothing was declared resolved: edit what stands between `<<<<<<<` and `>>>>>>>`, then `cb-gen resolve` again",
        list(.0)
    )]
    MarkersLeft(Vec<String>),

    /// The file has no conflict.
    #[error("`{0}` has no conflict to resolve: `cb-gen plan` shows the files that have one")]
    NoConflict(String),
}

fn list(files: &[String]) -> String {
    files.iter().map(|file| format!("\n  {file}")).collect()
}

const UNDONE: &str = "the folder is as it was before; mend the cause and run the command again";

impl Error {
    /// For `map_err`: the operating system refused to do `action` with `path`.
    pub(crate) fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk {
            action,
            path,
            source,
        }
    }
}
