//! From the dead letter queue back to the breaker.

use super::common::{Applied, SICK, WELL};
use std::io::Write;
use std::process::{Command, Stdio};
use tests::chain::SIGNING_KEY;
use tests::tools;

/// Runs `cb-dispatch replay`; what it sums up, if no line failed.
fn replay(letters: &str) -> anyhow::Result<String> {
    let mut process = Command::new(tools::program("cb-dispatch")?)
        .args(["replay", "--any-age"])
        .env("CB_SIGNING_KEYS", SIGNING_KEY)
        .env("CB_ALLOWED_HOSTS", "localhost:*")
        .env("CB_ALLOW_HTTP", "1")
        .env("CB_ALLOW_CIDRS", "127.0.0.0/8")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = process.stdin.take() {
        stdin.write_all(letters.as_bytes())?;
    }
    let output = process.wait_with_output()?;
    let said = String::from_utf8(output.stderr)?;
    anyhow::ensure!(output.status.success(), "{said}");
    Ok(said)
}

/// The letters hold an alert of each group; the monitor has recovered for one of them since.
#[test]
fn a_replay_brings_the_breaker_to_what_the_monitor_says_now() -> anyhow::Result<()> {
    let mut applied = Applied::start()?;
    applied.chain.crash_service();
    applied.set(SICK, "Alert")?;
    applied.set(WELL, "Alert")?;
    for (attempt, wait) in [(1, 60), (2, 120)] {
        for delivery in [0, 1] {
            applied.chain.sandbox.wait_attempts(delivery, attempt)?;
        }
        applied.chain.sandbox.advance(wait)?;
    }
    for delivery in [0, 1] {
        applied.chain.sandbox.wait_state(delivery, "dead")?;
    }
    let letters = applied.chain.sandbox.dead_letters()?;
    let letters: Vec<_> = letters.iter().map(ToString::to_string).collect();
    assert_eq!(letters.len(), 2);

    applied.chain.restart_service()?;
    applied.set(WELL, "OK")?;
    applied.chain.sandbox.wait_state(2, "delivered")?;
    let said = replay(&letters.join("\n"))?;
    assert!(said.contains("2 callbacks accepted"), "{said}");
    applied.chain.wait_open(SICK)?;
    applied.chain.service()?.advance(3600)?;
    applied.chain.wait_closed(WELL)?;
    Ok(())
}
