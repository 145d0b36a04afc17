//! `cb-dispatch`: the dispatcher outside Lambda. Arguments only; the work is in the library.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use dispatcher::check::explain;
use dispatcher::config::read_policy;
use dispatcher::replay::{Options, replay};
use dispatcher::serve::{Server, over_https};
use dispatcher::start::{ready, start};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The dispatcher outside Lambda. It has the settings of the Lambda, as environment variables.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads a message or an event from stdin and says what would be called and why.
    ///
    /// Reads CB_ALLOWED_HOSTS, CB_ALLOWED_PATHS, CB_ALLOW_HTTP and CB_ALLOW_CIDRS. Exits with 0 if
    /// every callback would be made, with 1 otherwise.
    Check {
        /// The Subject, if stdin holds only the message's text.
        #[arg(long)]
        subject: Option<String>,
    },
    /// Sends dead letters again: JSON lines, each the body of a message of a dead letter queue.
    ///
    /// Signatures are fresh, message ids are the same. Exits with 0 if no line failed.
    Replay(Replay),
    /// Serves an SNS subscription over HTTP, behind something that ends TLS.
    ///
    /// SNS posts to `/`; `/healthz` answers 200. Only messages that SNS signed, of the topics in
    /// CB_TOPIC_ARNS, are acted on. It confirms their subscriptions by itself.
    Serve {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
}

#[derive(Args)]
struct Replay {
    /// The file; stdin if it is left out.
    file: Option<PathBuf>,
    /// Leave out notifications older than this many hours, or without a time.
    #[arg(long, default_value_t = 24, conflicts_with = "any_age")]
    max_age_hours: u32,
    /// Send them whatever their age.
    #[arg(long)]
    any_age: bool,
    /// Lines per second.
    #[arg(long, default_value = "10")]
    per_second: NonZeroU32,
    /// Say what would be called, and call nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where to write the lines that fail.
    #[arg(long)]
    failed: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let good = match Arguments::parse().command {
        Command::Check { subject } => check(subject.as_deref())?,
        Command::Replay(arguments) => arguments.run().await?,
        Command::Serve { listen } => serve(listen).await?,
    };
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn check(subject: Option<&str>) -> anyhow::Result<bool> {
    let policy = read_policy(&environment)?;
    let mut input = String::new();
    stdin().read_to_string(&mut input)?;
    let report = explain(&input, subject, &policy);
    print!("{report}");
    Ok(report.good())
}

impl Replay {
    async fn run(self) -> anyhow::Result<bool> {
        let dry_run = self.dry_run.then(|| "1".to_owned());
        let lookup = |name: &str| match name {
            "CB_DRY_RUN" => dry_run.clone().or_else(|| environment(name)),
            _ => environment(name),
        };
        let caller = start(&lookup).await?;
        let letters: Box<dyn BufRead> = match &self.file {
            Some(path) => Box::new(BufReader::new(File::open(path)?)),
            None => Box::new(stdin().lock()),
        };
        let failed: Box<dyn Write> = match &self.failed {
            Some(path) => Box::new(File::create(path)?),
            None => Box::new(std::io::sink()),
        };
        let options = Options {
            max_age_s: (!self.any_age).then(|| i64::from(self.max_age_hours) * 3600),
            per_second: self.per_second,
        };
        let report = replay(&caller, letters, options, failed).await?;
        eprintln!("{report}");
        Ok(report.failed == 0)
    }
}

async fn serve(listen: SocketAddr) -> anyhow::Result<bool> {
    let caller = start(&environment).await?;
    let extra_ca = environment("CB_EXTRA_CA").filter(|path| !path.is_empty());
    let fetch = over_https(extra_ca.map(PathBuf::from).as_deref())?;
    let topics = environment("CB_TOPIC_ARNS").unwrap_or_default();
    let server = Server::new(caller, &topics, fetch)?;
    let listener = TcpListener::bind(listen).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    ready(listener.local_addr()?);
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    server.run(listener, stop).await?;
    Ok(true)
}
