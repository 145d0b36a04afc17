//! A service that `cb-gen scaffold` wrote: generated, built and started as a user would.

use crate::http::Client;
use crate::process::Process;
use crate::tools;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The token of `/breakers` and of overrides.
const ADMIN_TOKEN: &str = "demo-admin-token";

/// How the guard answered a number of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Calls let through.
    pub allow: u64,
    /// Calls let through as probes.
    pub probe: u64,
    /// Calls refused.
    pub reject: u64,
}

/// Scaffolds service `name` below the target folder, lets `edit` change its sources, builds it, and
/// returns the path of its program.
///
/// # Errors
/// When a step fails: with what it printed.
pub fn build(
    name: &str,
    edit: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let target = tools::generated_target()?;
    let source = target.join("src").join(name);
    if source.exists() {
        std::fs::remove_dir_all(&source).context("remove the last scaffold")?;
    }
    let mut scaffold = Command::new(tools::program("cb-gen")?);
    scaffold
        .args(["scaffold", "--lang", "rust", "--service", name, "--out"])
        .arg(&source);
    run(&mut scaffold)?;
    edit(&source)?;
    pin(&source)?;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--locked"])
        .current_dir(&source)
        .env("CARGO_TARGET_DIR", &target);
    // Its progress is shown: the first build takes minutes.
    let status = cargo.stdin(Stdio::null()).status().context("start cargo")?;
    anyhow::ensure!(
        status.success(),
        "cargo build of the scaffold `{name}` failed, see above"
    );
    Ok(target.join("debug").join(name))
}

/// Gives the scaffold the versions that the golden was built with: a release of some library
/// tomorrow must not change what is tested today.
fn pin(source: &Path) -> anyhow::Result<()> {
    let golden = tools::repository().join("examples/stubs/rust/Cargo.lock");
    let lock = std::fs::read_to_string(&golden).context("read the golden's Cargo.lock")?;
    let name = source
        .file_name()
        .and_then(|name| name.to_str())
        .context("a folder name")?;
    let renamed = lock.replace("name = \"funds\"", &format!("name = \"{name}\""));
    std::fs::write(source.join("Cargo.lock"), renamed).context("write Cargo.lock")
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        let (out, err) = (&output.stdout, &output.stderr);
        bail!(
            "{command:?}\n{}{}",
            String::from_utf8_lossy(out),
            String::from_utf8_lossy(err)
        );
    }
    Ok(())
}

/// What a service is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program.
    pub program: PathBuf,
    /// The port it listens on: the same after a restart, since monitors name it.
    pub port: u16,
    /// The environment, besides the port.
    pub environment: Vec<(String, String)>,
}

/// A running service.
#[derive(Debug)]
pub struct Service {
    client: Client,
    process: Process,
}

impl Service {
    /// Starts it, and waits until it listens.
    ///
    /// # Errors
    /// When it does not.
    pub fn start(settings: &Settings) -> anyhow::Result<Self> {
        let mut command = Command::new(&settings.program);
        command
            .env_clear()
            .envs(settings.environment.iter().cloned());
        command.env("CB_LISTEN", format!("127.0.0.1:{}", settings.port));
        command
            .env("CB_CONFORMANCE", "1")
            .env("CB_ADMIN_TOKEN", ADMIN_TOKEN);
        let mut process = Process::start("the service", &mut command)?;
        process.wait_line(|line| line.contains("\"listening\"").then_some(()))?;
        let token = vec![("authorization", format!("Bearer {ADMIN_TOKEN}"))];
        let client = Client::new(&format!("http://127.0.0.1:{}", settings.port), token);
        Ok(Self { client, process })
    }

    /// Asks the guard `calls` times.
    ///
    /// # Errors
    /// When the service does not answer.
    pub fn allow(&self, breaker: &str, group: &str, calls: u64) -> anyhow::Result<Answers> {
        let body = json!({"breaker": breaker, "group": group, "n": calls});
        let answer = self.client.post("/_conformance/allow", &body)?.ok()?;
        let count = |name: &str| {
            answer[name]
                .as_u64()
                .with_context(|| format!("a count `{name}` in {answer}"))
        };
        Ok(Answers {
            allow: count("allow")?,
            probe: count("probe")?,
            reject: count("reject")?,
        })
    }

    /// Moves the service's clock; every timer of it follows.
    ///
    /// # Errors
    /// When the service does not answer.
    pub fn advance(&self, seconds: u64) -> anyhow::Result<()> {
        self.client
            .post(
                "/_conformance/clock",
                &json!({"advance_ms": seconds * 1000}),
            )?
            .ok()?;
        Ok(())
    }

    /// `GET /breakers`.
    ///
    /// # Errors
    /// When the service does not answer.
    pub fn breakers(&self) -> anyhow::Result<Value> {
        self.client.get("/breakers")?.ok()
    }

    /// Everything the service has printed.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.process.log()
    }

    /// The client of its endpoints.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends it without a warning.
    pub fn crash(mut self) {
        self.process.kill();
    }
}
