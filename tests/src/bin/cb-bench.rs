//! `make bench`: sizes of the release programs, and how long Terraform waits for the provider's
//! handshake. It prints medians, and judges nothing: clocks on shared machines lie.

use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::tools;

const RUNS: usize = 101;
/// The cookie by which a go-plugin host shows a plugin that it was started on purpose.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

fn main() -> anyhow::Result<()> {
    for name in [
        "terraform-provider-circuitbreaker",
        "bootstrap",
        "cb-dispatch",
        "cb-gen",
    ] {
        let bytes = std::fs::metadata(tools::program(name)?)?.len();
        println!("size {name}: {:.2} MB", bytes as f64 / 1e6);
    }
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()])?
        .cert
        .pem();
    let mut floor = timed(|| run(&mut Command::new("true")))?;
    let mut handshake = timed(|| handshake(&certificate))?;
    println!(
        "handshake with mutual TLS, {RUNS} starts: median {:.2?}",
        median(&mut handshake)
    );
    println!(
        "floor, a process that does nothing: median {:.2?}",
        median(&mut floor)
    );
    Ok(())
}

fn timed(mut once: impl FnMut() -> anyhow::Result<Duration>) -> anyhow::Result<Vec<Duration>> {
    (0..RUNS).map(|_| once()).collect()
}

fn run(command: &mut Command) -> anyhow::Result<Duration> {
    let start = Instant::now();
    command.status().context("start a process")?;
    Ok(start.elapsed())
}

/// From the start of the provider to its handshake line.
fn handshake(certificate: &str) -> anyhow::Result<Duration> {
    let mut command = Command::new(tools::program("terraform-provider-circuitbreaker")?);
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6");
    command.env("PLUGIN_CLIENT_CERT", certificate);
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
    let elapsed = start.elapsed();
    child.kill()?;
    child.wait()?;
    anyhow::ensure!(line.starts_with("1|6|unix|"), "not a handshake: {line}");
    Ok(elapsed)
}

fn median(samples: &mut [Duration]) -> Duration {
    samples.sort_unstable();
    samples[samples.len() / 2]
}
