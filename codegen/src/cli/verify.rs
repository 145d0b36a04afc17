//! The arguments of `cb-gen verify`, and how its report is printed. What is verified, and how, is `crate::verify`'s affair.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::{Format, World, print};
use crate::verify::{self, Audience, Error, Ground, Outcome, Request, Service, Store};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// Command that starts one instance, by the settings in its environment (CB_LISTEN and the rest)
    #[arg(long, value_name = "COMMAND", conflicts_with = "url", required_unless_present_any = ["url", "list"])]
    start: Option<String>,
    /// Address of a service that runs already; a second one is another instance on the same store
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
    /// Name of the service: the tag `service:NAME` of its monitors and its keys `cb:{NAME}:` in Redis
    #[arg(long, value_name = "NAME", default_value = "funds")]
    service: String,
    /// Where the service keeps breakers
    #[arg(long, value_enum, default_value_t = Kind::Memory)]
    store: Kind,
    /// A Redis to use instead of a redis-server of the suite's own; keys of the service are deleted in it
    #[arg(long, value_name = "redis://HOST:PORT")]
    redis_url: Option<String>,
    /// Where the fake Datadog listens [default: a free port; with --url 127.0.0.1:9400]
    #[arg(long, value_name = "HOST:PORT")]
    datadog_listen: Option<SocketAddr>,
    /// Where the proxy before Redis listens [default: a free port; with --url 127.0.0.1:9401]
    #[arg(long, value_name = "HOST:PORT")]
    redis_listen: Option<SocketAddr>,
    /// Run this case alone; may be given several times
    #[arg(long, value_name = "CASE")]
    only: Vec<String>,
    /// Seconds to wait for what must come
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    patience: u64,
    /// Fail too if a case is not testable
    #[arg(long)]
    strict: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write JUnit XML to this file too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Show the cases and run none
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Memory,
    Redis,
}

const EXAMPLES: &str = "The suite brings a fake Datadog, a signer and a proxy before Redis, and sees the service from outside only.
Time and guard are driven through /_conformance (CB_CONFORMANCE=1); a case whose seam is absent is `not testable`.

Examples:
  cb-gen verify --start target/debug/funds
  cb-gen verify --start 'npm start' --store redis --junit verify.xml
  cb-gen verify --url http://127.0.0.1:8080      prints the settings that the service must be started with
  cb-gen verify --list";

impl Verify {
    /// 0: every promise that could be tested is kept.
    pub(super) fn run(self, world: &mut World<'_>) -> Result<u8, Error> {
        if self.list {
            print(world.stdout, &verify::list());
            return Ok(0);
        }
        let text = self.format == Format::Text;
        let (by_hand, strict, junit) = (self.start.is_none(), self.strict, self.junit.clone());
        let mut shown = Shown {
            world,
            text,
            by_hand,
        };
        let report = verify::run(&self.request(), &mut shown)?;
        let end = if text {
            report.sum()
        } else {
            format!("{:#}\n", report.json())
        };
        print(world.stdout, &end);
        if let Some(path) = junit {
            let failed = |source| Error::Junit {
                path: path.display().to_string(),
                source,
            };
            fs::write(world.folder.join(&path), verify::xml(&report)).map_err(failed)?;
        }
        let kept = report.failed() == 0 && !(strict && report.untested() > 0);
        Ok(u8::from(!kept))
    }

    fn request(self) -> Request {
        let ground = Ground {
            service: self
                .start
                .map_or(Service::Running(self.url), Service::Start),
            name: self.service,
            store: match self.store {
                Kind::Memory => Store::Memory,
                Kind::Redis => Store::Redis,
            },
            redis_url: self.redis_url,
            datadog_listen: self.datadog_listen,
            redis_listen: self.redis_listen,
            patience: Duration::from_secs(self.patience),
            now_s,
        };
        let only = self.only;
        Request { ground, only }
    }
}

/// Back to the beginning of the terminal's line, and empties it.
const CLEAR: &str = "\r\u{1b}[K";

/// For people: what the service must be started with, where they start it, and each row as it comes.
struct Shown<'a, 'b> {
    world: &'a mut World<'b>,
    text: bool,
    by_hand: bool,
}

impl Audience for Shown<'_, '_> {
    fn begun(&mut self, settings: &[(String, String)]) {
        if self.by_hand {
            let lines = settings
                .iter()
                .map(|(name, value)| format!("  {name}='{value}'\n"));
            let lines: String = lines.collect();
            print(
                self.world.stderr,
                &format!(
                    "The service must be started with these settings; it is waited for.\n{lines}\n"
                ),
            );
        }
    }

    fn starts(&mut self, name: &str, number: usize, total: usize) {
        if self.world.terminal.progress {
            print(
                self.world.stderr,
                &format!("{CLEAR}[{number}/{total}] {name}"),
            );
        }
    }

    fn ended(&mut self, outcome: &Outcome) {
        if self.world.terminal.progress {
            print(self.world.stderr, CLEAR);
        }
        if self.text {
            print(self.world.stdout, &outcome.to_string());
        }
    }
}

/// The wall clock, in seconds since 1970.
fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}
