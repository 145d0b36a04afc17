//! The command line: arguments in, text and an exit code out. One file for each command's arguments; what it does is another
//! module's affair.

mod list;
mod scaffold;
mod verify;

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
}

const EXAMPLES: &str = "Examples:
  cb-gen scaffold --service funds              a new service in ./funds
  cb-gen scaffold --service funds --dry-run    what would be written, and where
  cb-gen list                                  the languages there are
  cb-gen verify --start target/debug/funds     whether a service keeps the contract";

#[derive(Subcommand)]
enum Command {
    /// Write a new service: callback endpoint, breaker state, guard, hooks and a monitor
    Scaffold(scaffold::Scaffold),
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
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut world: World<'_>) -> u8 {
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
    let result = match cli.command {
        Command::Scaffold(command) => command.run(&mut world).map_err(|error| error.to_string()),
        Command::List(command) => {
            command.run(&mut world);
            Ok(0)
        }
        Command::Verify(command) => command.run(&mut world).map_err(|error| error.to_string()),
    };
    result.unwrap_or_else(|error| {
        print(world.stderr, &format!("error: {error}\n"));
        1
    })
}

/// A reader that has gone away (`cb-gen list | head -1`) is no error.
fn print(stream: &mut dyn Write, text: &str) {
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}
