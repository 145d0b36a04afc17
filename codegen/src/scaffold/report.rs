//! What is told at the end: the language and why, each file and what became of it, and what to type next.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Request;
use super::check::Checked;
use super::plan::{Action, Plan};
use super::workspace::Workspace;
use crate::error::Error;
use crate::lang::Choice;

/// The result of a run.
pub struct Report {
    service: String,
    choice: Choice,
    shown: PathBuf,
    workspace: Workspace,
    plan: Plan,
    dry_run: bool,
    recorded: bool,
}

impl Report {
    /// `recorded`: whether something was written to `.cb-gen`.
    pub(super) fn new(request: &Request, checked: Checked<'_>, plan: Plan, recorded: bool) -> Self {
        let Checked {
            service,
            choice,
            shown,
            workspace,
            ..
        } = checked;
        Self {
            service,
            choice,
            shown,
            workspace,
            plan,
            dry_run: request.dry_run,
            recorded,
        }
    }

    /// Whether the run, real or dry, met no file in the way.
    ///
    /// # Errors
    /// [`Error::Conflicts`], after a dry run only: a real one has failed with it before.
    pub fn verdict(&self) -> Result<(), Error> {
        self.plan.conflicts(&self.shown)
    }

    /// The same as the text, for programs.
    pub fn json(&self) -> Value {
        let files = self.plan.entries.iter().map(|entry| {
            json!({
                "path": entry.file.path,
                "action": word(entry.action),
                "seeded": entry.file.seeded,
            })
        });
        let next = self.choice.language.next.iter();
        json!({
            "service": self.service,
            "language": self.choice.language.name,
            "out": self.shown,
            "dry_run": self.dry_run,
            "files": files.collect::<Value>(),
            "next": next.map(|(command, _)| *command).collect::<Value>(),
        })
    }

    fn files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.plan.entries {
            let yours = if entry.file.seeded {
                "  (yours: never overwritten)"
            } else {
                ""
            };
            writeln!(f, "  {:<11}{}{yours}", word(entry.action), entry.file.path)?;
        }
        Ok(())
    }

    fn workspace(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.workspace {
            Workspace::None => Ok(()),
            Workspace::Member(root) => writeln!(
                f,
                "\nIt is a member of the Cargo workspace in {}.",
                root.display()
            ),
            Workspace::Outside(root) => writeln!(
                f,
                "\nThe Cargo workspace in {} does not list it: it builds on its own. {JOIN}",
                root.display()
            ),
        }
    }

    fn sum(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = self
            .plan
            .entries
            .iter()
            .filter(|entry| matches!(entry.action, Action::Create | Action::Overwrite))
            .count();
        let files = if written == 1 { "file" } else { "files" };
        match (self.dry_run, written, self.recorded) {
            (true, ..) => writeln!(f, "\nNothing was written: this was a dry run."),
            (_, 0, false) => writeln!(f, "\nNothing was written: every file is there."),
            (_, 0, true) => writeln!(f, "\nNo file of yours was written."),
            _ => writeln!(f, "\nWrote {written} {files}."),
        }?;
        if self.recorded {
            writeln!(f, "{RECORDED}")?;
        }
        Ok(())
    }

    fn next(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nNext:")?;
        if self.shown != Path::new(".") {
            writeln!(f, "  cd {}", quoted(&self.shown))?;
        }
        let next = self.choice.language.next;
        let width = next
            .iter()
            .map(|(command, _)| command.len())
            .max()
            .unwrap_or_default();
        next.iter()
            .try_for_each(|(command, why)| writeln!(f, "  {command:<width$}  # {why}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Choice { language, reason } = &self.choice;
        writeln!(
            f,
            "{}: a {} service ({reason}) in {}\n",
            self.service,
            language.title,
            self.shown.display()
        )?;
        self.files(f)?;
        self.workspace(f)?;
        self.sum(f)?;
        if self.dry_run { Ok(()) } else { self.next(f) }
    }
}

const RECORDED: &str =
    "Recorded in .cb-gen/ what is generated: commit it, `cb-gen update` needs it.";
const JOIN: &str = "To make it a\nmember, add it to `members` there and delete the [workspace] table in its Cargo.toml.";

/// The path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+~".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Unchanged => "unchanged",
        Action::Overwrite => "overwrite",
        Action::Keep => "keep",
        Action::Conflict => "conflict",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::quoted;

    #[test]
    fn paths_can_be_pasted_into_a_shell() {
        assert_eq!(quoted(Path::new("services/funds-2")), "services/funds-2");
        assert_eq!(quoted(Path::new("my services/$a")), "'my services/$a'");
        assert_eq!(quoted(Path::new("it's")), "'it'\\''s'");
    }
}
