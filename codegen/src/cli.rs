//! The command line: arguments in, text and an exit code out. One file for each command's arguments; what it does is another
//! module's affair.

mod completions;
mod list;
mod man;
mod scaffold;
mod templates;
mod verify;
mod plan;
mod diff;
mod check;
mod update;
mod resolve;
mod project;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Stderr, Stdout, Write};
use std::path::PathBuf;

use anstream::{AutoStream, ColorChoice};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Config;
use crate::disk::Disk;
use crate::error::Error;
use crate::templates::Templates;

/// Everything outside the program that a command may see or change.
pub struct World<'a> {
    /// The current directory, absolute.
    pub folder: PathBuf,
    /// What can be written.
    pub templates: &'a Templates,
    /// Where it is written.
    pub disk: &'a mut dyn Disk,
    /// For results.
    pub stdout: &'a mut dyn Write,
    /// For errors.
    pub stderr: &'a mut dyn Write,
    /// What a person types, if there is one to ask.
    pub answers: Option<&'a mut dyn BufRead>,
    /// What the streams can show.
    pub terminal: Terminal,
}

/// What the streams can show beyond text. The default: nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// Colours on `stdout`.
    pub stdout_colour: bool,
    /// Colours on `stderr`.
    pub stderr_colour: bool,
    /// `stderr` is a terminal, where a line can be written over.
    pub progress: bool,
}

/// Writes the service side of a circuit breaker that a Datadog monitor trips and resets
#[derive(Parser)]
#[command(name = "cb-gen", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    shared: Shared,
}

impl Terminal {
    /// What the streams are, and what `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE` allow.
    pub fn of(stdout: &Stdout, stderr: &Stderr) -> Self {
        Self {
            stdout_colour: AutoStream::choice(stdout) != ColorChoice::Never,
            stderr_colour: AutoStream::choice(stderr) != ColorChoice::Never,
            progress: stderr.is_terminal(),
        }
    }
}

/// What every command takes.
#[derive(Args)]
struct Shared {
    /// Folder of your own templates [default: what cb-gen.toml says, else the built-in ones]
    #[arg(long, value_name = "DIR", global = true)]
    templates: Option<PathBuf>,
    /// Ask nothing, even on a terminal
    #[arg(long, global = true)]
    no_input: bool,
}

const EXAMPLES: &str = "Examples:
  cb-gen scaffold --service funds              a new service in ./funds
  cb-gen scaffold --service funds --dry-run    what would be written, and where
  cb-gen update                                the same service by this cb-gen, your edits kept
  cb-gen list                                  the languages there are
  cb-gen verify --start target/debug/funds     whether a service keeps the contract";

#[derive(Subcommand)]
enum Command {
    /// Write a new service: callback endpoint, breaker state, guard, hooks and a monitor
    Scaffold(scaffold::Scaffold),
    /// Show what an update would do with each file
    Plan(plan::Plan),
    /// Show what an update would change, as a unified diff
    Diff(diff::Diff),
    /// Tell by the exit code whether an update would change anything
    Check(check::Check),
    /// Generate a service anew and keep your edits
    Update(update::Update),
    /// Declare conflicts of an update resolved
    Resolve(resolve::Resolve),
    /// Show the languages, and which of them can be written
    List(list::List),
    /// Drive a service, generated or not, through every case of the contract
    Verify(verify::Verify),
    /// List, copy, compare and check the templates
    Templates(templates::Templates),
    /// Print what completes cb-gen's commands in a shell
    Completions(completions::Completions),
    /// Print the manual page, or write those of all commands
    Man(man::Man),
}

#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// Runs one command line (the program's name first) and returns its exit code: 0 done, 1 failed, 2 not understood.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut world: World<'_>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error, &mut world),
    };
    cli.run(&mut world).unwrap_or_else(|failure| {
        print(world.stderr, &failure.text(world.terminal.stderr_colour));
        failure.code()
    })
}

/// Help and version are answers; anything else was not understood.
fn misunderstood(error: &clap::Error, world: &mut World<'_>) -> u8 {
    let (stream, colour) = if error.use_stderr() {
        (&mut *world.stderr, world.terminal.stderr_colour)
    } else {
        (&mut *world.stdout, world.terminal.stdout_colour)
    };
    let text = error.render();
    let text = if colour {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    print(stream, &text);
    if error.exit_code() == 0 { 0 } else { 2 }
}

impl Cli {
    fn run(self, world: &mut World<'_>) -> Result<u8, Failure> {
        let shared = self.shared;
        match self.command {
            Command::Scaffold(command) => Ok(command.run(&shared, world)?),
            Command::Plan(command) => Ok(command.run(&shared, world)?),
            Command::Diff(command) => Ok(command.run(&shared, world)?),
            Command::Check(command) => Ok(command.run(&shared, world)?),
            Command::Update(command) => Ok(command.run(&shared, world)?),
            Command::Resolve(command) => Ok(command.run(world)?),
            Command::List(command) => Ok(command.run(&shared, world)?),
            Command::Verify(command) => Ok(command.run(world)?),
            Command::Templates(command) => Ok(command.run(&shared, world)?),
            Command::Completions(command) => Ok(command.run(world)),
            Command::Man(command) => Ok(command.run(world)?),
        }
    }
}

impl Shared {
    /// The folder of the user's own templates, if there is one: the flag, else what `cb-gen.toml` says.
    fn folder(&self, config: &Config, world: &World<'_>) -> Option<PathBuf> {
        let folder = self.templates.as_ref().or(config.templates.as_ref());
        folder.map(|folder| world.folder.join(folder))
    }

    /// The templates to write with.
    fn templates<'t>(
        &self,
        config: &Config,
        world: &World<'t>,
    ) -> Result<Cow<'t, Templates>, Error> {
        match self.folder(config, world) {
            Some(folder) => world.templates.clone().from_folder(&folder).map(Cow::Owned),
            None => Ok(Cow::Borrowed(world.templates)),
        }
    }
}

/// A command that failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Command(#[from] Error),
    #[error(transparent)]
    Verify(#[from] crate::verify::Error),
}

impl Failure {
    fn text(&self, colour: bool) -> String {
        match self {
            Self::Command(Error::Config(fault)) => fault.draw(colour),
            _ if colour => format!("\u{1b}[1;31merror:\u{1b}[0m {self}\n"),
            _ => format!("error: {self}\n"),
        }
    }

    /// 2 when an argument is missing, as for any other that is.
    fn code(&self) -> u8 {
        match self {
            Self::Command(Error::NoService | Error::NoFolder) => 2,
            _ => 1,
        }
    }
}

/// A reader that has gone away (`cb-gen list | head -1`) is no error.
fn print(stream: &mut dyn Write, text: &str) {
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}
