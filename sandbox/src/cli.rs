//! The commands and flags of `cb-sandbox`. Without a command it serves, with the two keys that the project's own tests use.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use clap::{Parser, Subcommand};

use crate::breakers::Service;
use crate::hub::Settings;
use crate::lines::{Line, Lines};

/// A Datadog, an SNS and a Lambda on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(name = "cb-sandbox", version, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; without it, serve on `--port`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Port to listen on; 0 takes a free one. The first line of standard output names it.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The sandbox itself.
    #[command(flatten)]
    pub options: Options,
}

/// What `cb-sandbox` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve; the first line of standard output is the URL. Any key is let in, unless one is named.
    Serve(Box<Serve>),
    /// Compare the sandbox with recorded exchanges of the real API, and print the differences.
    Compare(Compare),
    /// Play a recorded run again, and say whether every answer is the same.
    Replay(Replay),
}

/// `cb-sandbox serve`.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address to listen on, of this machine only; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = free_port(), value_parser = loopback)]
    pub addr: SocketAddr,
    /// The sandbox itself.
    #[command(flatten)]
    pub options: Options,
}

/// `cb-sandbox compare`.
#[derive(Debug, clap::Args)]
pub struct Compare {
    /// Files of JSON lines (`case`, `method`, `path`, `request`, `status`, `response`), or folders of such files.
    #[arg(required = true)]
    pub recordings: Vec<PathBuf>,
    /// Fail when fewer exchanges agree than so many in a hundred.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = positive)]
    pub at_least: f64,
}

/// `cb-sandbox replay`.
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// A file from `GET /_sandbox/record`.
    pub run: PathBuf,
}

/// How a sandbox is set up.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The function to deliver to: an executable that speaks Lambda's Runtime API. Without it, deliveries wait for
    /// whoever asks the Runtime API for them.
    #[arg(long, value_name = "PATH")]
    pub bootstrap: Option<PathBuf>,
    /// A setting of the function's environment; may be given again.
    #[arg(long = "lambda-env", value_name = "KEY=VALUE", value_parser = key_value)]
    pub lambda_env: Vec<(String, String)>,
    /// Seconds of wall time that an invocation may take.
    #[arg(long, default_value_t = 30.0, value_parser = positive)]
    pub lambda_timeout: f64,
    /// Virtual seconds per second; drives delays and evaluations and nothing else.
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub speed: f64,
    /// The one Datadog API key that is let in.
    #[arg(long)]
    pub api_key: Option<String>,
    /// The one Datadog application key that is let in.
    #[arg(long)]
    pub app_key: Option<String>,
    /// Decides the ids: the same seed and the same requests give the same ids.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Carry connections to a Redis, so that the page can cut them: the service's REDIS_URL names LISTEN. Port 0 takes a
    /// free one.
    #[arg(long, value_name = "LISTEN=UPSTREAM", value_parser = line)]
    pub redis_proxy: Option<Line>,
    /// The same before the service: the callback's URL names LISTEN.
    #[arg(long, value_name = "LISTEN=UPSTREAM", value_parser = line)]
    pub service_proxy: Option<Line>,
    /// Show the breakers of the service that is here, by its `GET /breakers`; its token comes from the environment, as
    /// CB_ADMIN_TOKEN.
    #[arg(long, value_name = "URL", value_parser = service)]
    pub service_url: Option<Uri>,
    /// End when standard input does, so that nothing outlives whoever started the sandbox.
    #[arg(long)]
    pub exit_with_stdin: bool,
}

impl Options {
    /// The service to follow, with the token that stands in the environment.
    pub(crate) fn service(&self) -> Option<Service> {
        let url = self.service_url.clone()?;
        let token = std::env::var("CB_ADMIN_TOKEN").ok();
        Some(Service {
            url,
            token: token.filter(|token| !token.is_empty()),
        })
    }

    /// The part that the sandbox itself needs; a key that is not named is that of `keys`.
    pub fn settings(&self, keys: Settings) -> Settings {
        Settings {
            api_key: self.api_key.clone().or(keys.api_key),
            app_key: self.app_key.clone().or(keys.app_key),
            speed: self.speed,
            seed: self.seed,
            timeout: Duration::from_secs_f64(self.lambda_timeout),
            lines: Lines::default(),
            service_url: self.service_url.as_ref().map(Uri::to_string),
        }
    }
}

fn free_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// The sandbox lets strangers in, so it listens where there are none.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: Option<SocketAddr> = text.replace("localhost", "127.0.0.1").parse().ok();
    address
        .filter(|address| IpAddr::is_loopback(&address.ip()))
        .ok_or_else(|| format!("`{text}` is no address of this machine alone: use 127.0.0.1:PORT"))
}

/// `127.0.0.1:0=127.0.0.1:6379`: both ends are on this machine.
fn line(text: &str) -> Result<Line, String> {
    let (listens, upstream) = text.split_once('=').ok_or_else(|| {
        format!("`{text}` has no `=`: write LISTEN=UPSTREAM, as 127.0.0.1:0=127.0.0.1:6379")
    })?;
    Ok(Line {
        listens: loopback(listens)?,
        upstream: loopback(upstream)?,
    })
}

/// A service without encryption, as those on this machine are.
fn service(text: &str) -> Result<Uri, String> {
    let url = text.parse::<Uri>().ok();
    url.filter(|url| url.scheme_str() == Some("http") && url.query().is_none())
        .ok_or_else(|| {
            format!("`{text}` is no URL of a service on this machine: use http://localhost:PORT")
        })
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`: write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// A finite number above zero that also fits a duration.
fn positive(text: &str) -> Result<f64, String> {
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| *number > 0.0 && *number <= 1e9);
    number.ok_or_else(|| format!("`{text}` is no number above 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_with_equal_signs_are_cut_at_the_first() {
        assert_eq!(key_value("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert!(key_value("A").is_err());
    }

    #[test]
    fn speeds_are_above_zero() {
        assert_eq!(positive("0.5"), Ok(0.5));
        assert!(
            ["0", "-1", "nan", "inf", "x"]
                .into_iter()
                .all(|text| positive(text).is_err())
        );
    }

    #[test]
    fn only_this_machine_is_served() {
        assert!(loopback("127.0.0.1:8080").is_ok() && loopback("localhost:0").is_ok());
        assert!(loopback("[::1]:1").is_ok());
        assert!(
            ["0.0.0.0:1", "10.0.0.1:1", "127.0.0.1", ""]
                .iter()
                .all(|text| loopback(text).is_err())
        );
    }

    #[test]
    fn lines_have_two_ends_here() {
        let made = line("127.0.0.1:0=localhost:6379").unwrap();
        assert_eq!((made.listens.port(), made.upstream.port()), (0, 6379));
        assert!(
            [
                "127.0.0.1:0",
                "0.0.0.0:1=127.0.0.1:2",
                "127.0.0.1:1=10.0.0.1:2",
                "="
            ]
            .iter()
            .all(|text| line(text).is_err())
        );
    }

    #[test]
    fn services_are_spoken_to_in_plain_http() {
        assert!(service("http://localhost:8080").is_ok());
        assert!(
            [
                "https://localhost:1",
                "localhost:1",
                "/x",
                "http://localhost:1/?a=b"
            ]
            .iter()
            .all(|text| service(text).is_err())
        );
    }

    #[test]
    fn keys_are_asked_for_only_where_they_are_named() {
        let keys = |words: &[&str]| {
            let Args {
                command, options, ..
            } = Args::try_parse_from(words).unwrap();
            let settings = match command {
                Some(Command::Serve(serve)) => serve.options.settings(Settings::open()),
                _ => options.settings(Settings::default()),
            };
            (settings.api_key, settings.app_key)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            keys(&["cb-sandbox"]),
            (some("sandbox-api-key"), some("sandbox-app-key"))
        );
        assert_eq!(keys(&["cb-sandbox", "serve"]), (None, None));
        assert_eq!(
            keys(&["cb-sandbox", "serve", "--api-key", "k"]),
            (some("k"), None)
        );
    }
}
