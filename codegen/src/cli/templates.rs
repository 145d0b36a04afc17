//! The arguments of `cb-gen templates`. What a state means is `crate::ejected`'s affair, what is wrong with a template `crate::lint`'s.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Format, Shared, World, print};
use crate::config::Config;
use crate::ejected::{self, Row};
use crate::error::Error;
use crate::lang::{self, LANGUAGES};
use crate::lint;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Templates {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show every template, built-in or in the folder, and where it stands
    List(Printed),
    /// Copy built-in templates to the folder, for your own edits
    Eject(Eject),
    /// Show what has become of ejected templates; exit code 2 if a built-in one has changed since
    Drift(Printed),
    /// Check that every template asks only for what there is
    Lint(Printed),
}

#[derive(Args)]
struct Printed {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Args)]
struct Eject {
    /// Language
    #[arg(long, value_parser = PossibleValuesParser::new(LANGUAGES.iter().map(|language| language.name)))]
    lang: String,
    /// Overwrite templates that you have edited
    #[arg(long)]
    force: bool,
    /// Paths inside the language's folder, as `templates list` shows them [default: all]
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

const EXAMPLES: &str = "The folder is that of --templates, or of `templates` in cb-gen.toml. A template that is not in it stays the
built-in one, if the folder was made by `eject`.

Examples:
  cb-gen templates eject --templates own --lang go main.go.hbs
  cb-gen templates drift --templates own
  cb-gen scaffold --templates own --lang go --service funds";

impl Templates {
    pub(super) fn run(self, shared: &Shared, world: &mut World<'_>) -> Result<u8, Error> {
        let config = Config::read(&world.folder)?;
        match self.command {
            Command::List(printed) => {
                let folder = shared.folder(&config, world);
                let rows = ejected::list(world.templates, folder.as_deref())?;
                print(world.stdout, &printed.rows(&rows));
                Ok(0)
            }
            Command::Drift(printed) => {
                let folder = shared.folder(&config, world).ok_or(Error::NoFolder)?;
                let rows = ejected::drift(world.templates, &folder)?;
                print(world.stdout, &printed.rows(&rows));
                let drifted = rows.iter().any(|row| row.state.drifted());
                Ok(if drifted { 2 } else { 0 })
            }
            Command::Lint(printed) => {
                let (count, found) = lint::lint(&*shared.templates(&config, world)?);
                print(world.stdout, &printed.findings(count, &found));
                Ok(u8::from(!found.is_empty()))
            }
            Command::Eject(eject) => eject.run(shared, &config, world),
        }
    }
}

impl Eject {
    fn run(self, shared: &Shared, config: &Config, world: &mut World<'_>) -> Result<u8, Error> {
        let folder = shared.folder(config, world).ok_or(Error::NoFolder)?;
        let language = lang::named(&self.lang).ok_or(Error::NoFolder)?;
        let request = ejected::Request {
            language,
            files: self.files,
            folder: folder.clone(),
            force: self.force,
        };
        let written = ejected::eject(&request, world.templates, world.disk)?;
        let shown = folder
            .strip_prefix(&world.folder)
            .unwrap_or(&folder)
            .display()
            .to_string();
        let mut text: String = written
            .iter()
            .map(|file| format!("  wrote  {shown}/{file}\n"))
            .collect();
        if written.is_empty() {
            text += "Nothing was written: every template is there.\n";
        }
        text += &format!(
            "\nNext:\n  cb-gen templates lint --templates {shown}   # after your edits\n  cb-gen scaffold --templates {shown} --lang {} --service NAME\n",
            language.name
        );
        print(world.stdout, &text);
        Ok(0)
    }
}

impl Printed {
    fn rows(&self, rows: &[Row]) -> String {
        if self.format == Format::Json {
            return format!("{:#}\n", json!(rows));
        }
        let width = rows
            .iter()
            .map(|row| row.template.len())
            .max()
            .unwrap_or_default();
        let line = |row: &Row| format!("{:<width$}  {}\n", row.template, row.state.word());
        rows.iter().map(line).collect()
    }

    fn findings(&self, count: usize, found: &[lint::Finding]) -> String {
        if self.format == Format::Json {
            return format!("{:#}\n", json!({"templates": count, "findings": found}));
        }
        let lines: String = found.iter().map(|finding| format!("{finding}\n")).collect();
        let templates = if count == 1 { "template" } else { "templates" };
        match found.len() {
            0 => format!("{count} {templates}: nothing is wrong\n"),
            1 => format!("{lines}{count} {templates}: 1 thing is wrong\n"),
            wrong => format!("{lines}{count} {templates}: {wrong} things are wrong\n"),
        }
    }
}
