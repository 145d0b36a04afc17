//! The command line: arguments in, text and an exit code out. What a command does is its own module's affair.

mod verify;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::disk::Disk;
use crate::error::Error;
use crate::lang::{self, LANGUAGES};
use crate::templates::Templates;
use crate::{list, scaffold};

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
    Scaffold(Scaffold),
    /// Show the languages, and which of them can be written
    List(List),
    /// Drive a service, generated or not, through every case of the contract
    Verify(verify::Verify),
}

#[derive(Args)]
#[command(after_help = SCAFFOLD_EXAMPLES)]
struct Scaffold {
    /// Name of the service: lowercase letters, digits and dashes
    #[arg(long, value_name = "NAME")]
    service: String,
    /// Language [default: what the current directory holds, else rust]
    #[arg(long, value_parser = PossibleValuesParser::new(LANGUAGES.iter().map(|language| language.name)))]
    lang: Option<String>,
    /// Folder to write to [default: ./NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Overwrite files that differ; files that are yours (src/hooks.rs) are kept even so
    #[arg(long)]
    force: bool,
}

const SCAFFOLD_EXAMPLES: &str = "All files are written, or none. A file that exists with other content stops the command, unless
--force is given. Inside a Cargo workspace the service is a member if the workspace's `members`
say so; otherwise its Cargo.toml holds an empty [workspace] table, so that it builds on its own.

Examples:
  cb-gen scaffold --service funds
  cb-gen scaffold --service funds --lang rust --out services/funds
  cb-gen scaffold --service funds --force --dry-run";

#[derive(Args)]
struct List {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
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

impl Scaffold {
    fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        let request = scaffold::Request {
            service: self.service,
            language: self.lang.as_deref().and_then(lang::named),
            out: self.out,
            folder: world.folder.clone(),
            dry_run: self.dry_run,
            force: self.force,
        };
        let report = scaffold::run(&request, world.templates, world.disk)?;
        print(world.stdout, &report.to_string());
        report.verdict().map(|()| 0)
    }
}

impl List {
    fn run(self, world: &mut World<'_>) {
        let json = self.json || self.format == Format::Json;
        let text = if json {
            list::json(world.templates)
        } else {
            list::text(world.templates)
        };
        print(world.stdout, &text);
    }
}

/// A reader that has gone away (`cb-gen list | head -1`) is no error.
fn print(stream: &mut dyn Write, text: &str) {
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}
