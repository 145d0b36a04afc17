//! The command line: arguments in, text and an exit code out. One file for each command's arguments; what it does is another
//! module's affair.

mod list;
mod scaffold;
mod verify;
mod plan;
mod diff;
mod check;
mod update;
mod resolve;
mod project;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::disk::Disk;
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
}

/// Writes the service side of a circuit breaker that a Datadog monitor trips and resets
#[derive(Parser)]
#[command(name = "cb-gen", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Take templates from here: each language with a folder of its name in it, instead of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    templates: Option<PathBuf>,
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
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Runs one command line (the program's name first) and returns its exit code: 0 done, 1 failed, 2 not understood.
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: World<'_>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let stream = if error.use_stderr() {
                world.stderr
            } else {
                world.stdout
            };
            print(stream, &error.render().to_string());
            return if error.exit_code() == 0 { 0 } else { 2 };
        }
    };
    let own = cli.templates.map(|folder| {
        let folder = world.folder.join(folder);
        world.templates.clone().from_folder(&folder)
    });
    let result = match own.transpose() {
        Ok(own) => {
            let mut world = World {
                folder: world.folder,
                templates: own.as_ref().unwrap_or(world.templates),
                disk: world.disk,
                stdout: world.stdout,
                stderr: world.stderr,
            };
            cli.command.run(&mut world)
        }
        Err(error) => Err(error.to_string()),
    };
    result.unwrap_or_else(|error| {
        print(world.stderr, &format!("error: {error}\n"));
        1
    })
}

impl Command {
    fn run(self, world: &mut World<'_>) -> Result<u8, String> {
        let result = match self {
            Self::Scaffold(command) => command.run(world),
            Self::Plan(command) => command.run(world),
            Self::Diff(command) => command.run(world),
            Self::Check(command) => command.run(world),
            Self::Update(command) => command.run(world),
            Self::Resolve(command) => command.run(world),
            Self::List(command) => {
                command.run(world);
                Ok(0)
            }
            Self::Verify(command) => return command.run(world).map_err(|error| error.to_string()),
        };
        result.map_err(|error| error.to_string())
    }
}

/// A reader that has gone away (`cb-gen list | head -1`) is no error.
fn print(stream: &mut dyn Write, text: &str) {
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}
