//! `cb-dispatch`: the dispatcher on a laptop. Arguments only; the work is in the library.

use std::io::Read;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dispatcher::check::explain;
use dispatcher::config::read_policy;

/// Shows what the dispatcher does with a notification.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads a message or an SNS event from stdin and says what would be called and why.
    ///
    /// Reads CB_ALLOWED_HOSTS, CB_ALLOW_HTTP and CB_ALLOW_CIDRS. Exits with 0 if every callback
    /// would be made, with 1 otherwise.
    Check {
        /// The Subject, if stdin holds only the message's text.
        #[arg(long)]
        subject: Option<String>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let Command::Check { subject } = Arguments::parse().command;
    let policy = read_policy(&|name| std::env::var(name).ok())?;
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let report = explain(&input, subject.as_deref(), &policy);
    print!("{report}");
    Ok(if report.good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
