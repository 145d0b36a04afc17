//! The stand-in for a provider's program: it runs the real one and notes CPU time and peak memory when that ends.
//! Terraform starts a provider several times per command; each start is one line.

use anyhow::Context;
use nix::sys::resource::{UsageWho, getrusage};
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// The environment variable with the path of the real program.
pub(super) const PROGRAM: &str = "CB_PROBE_PROGRAM";
/// The environment variable with the path of the notes.
pub(super) const NOTES: &str = "CB_PROBE_NOTES";

/// The cost of all starts of one command.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    /// User and system time of all of them.
    pub(super) cpu: Duration,
    /// Peak resident memory of the largest, in KiB.
    pub(super) rss_kib: u64,
}

/// The program `cb-probe`.
///
/// # Errors
/// When the environment names no program, or it cannot be run.
pub fn run() -> anyhow::Result<ExitCode> {
    let program =
        std::env::var_os(PROGRAM).with_context(|| format!("`{PROGRAM}` names no program"))?;
    let notes = std::env::var_os(NOTES).with_context(|| format!("`{NOTES}` names no file"))?;
    let status = Command::new(&program)
        .args(std::env::args_os().skip(1))
        .status()
        .context("run the provider")?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("ask for the cost of the provider")?;
    let cpu = [usage.user_time(), usage.system_time()];
    let cpu: i64 = cpu
        .iter()
        .map(|time| time.tv_sec() * 1_000_000 + time.tv_usec())
        .sum();
    let line = format!("{cpu} {}\n", usage.max_rss());
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(notes)?;
    file.write_all(line.as_bytes())?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Sums up the notes and forgets them; no notes cost nothing.
pub(super) fn take(notes: &Path) -> Cost {
    let text = std::fs::read_to_string(notes).unwrap_or_default();
    let _ = std::fs::remove_file(notes);
    text.lines()
        .filter_map(line)
        .fold(Cost::default(), |sum, (cpu, rss_kib)| Cost {
            cpu: sum.cpu + cpu,
            rss_kib: sum.rss_kib.max(rss_kib),
        })
}

fn line(text: &str) -> Option<(Duration, u64)> {
    let (cpu, rss) = text.split_once(' ')?;
    Some((Duration::from_micros(cpu.parse().ok()?), rss.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_add_up_and_the_largest_memory_counts() {
        let folder = tempfile::tempdir().unwrap();
        let notes = folder.path().join("notes");
        std::fs::write(&notes, "1500 900\n500 4000\n").unwrap();
        let cost = take(&notes);
        assert_eq!((cost.cpu, cost.rss_kib), (Duration::from_millis(2), 4000));
        assert_eq!(take(&notes).rss_kib, 0);
    }
}
