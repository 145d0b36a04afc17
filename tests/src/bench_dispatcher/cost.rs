//! What a running process has cost so far, as Linux tells it in `/proc`.

use anyhow::Context;
use std::time::Duration;

/// Linux counts CPU time for user space in hundredths of a second on every architecture.
const TICKS_PER_S: u64 = 100;

/// Resident memory.
pub(super) struct Resident {
    pub(super) now_mib: f64,
    pub(super) peak_mib: f64,
}

/// User and system time of all threads.
pub(super) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let text = read(pid, "stat")?;
    ticks(&text)
        .map(|ticks| Duration::from_millis(ticks * 1000 / TICKS_PER_S))
        .context("`/proc/PID/stat` has another form")
}

/// The memory that the process holds.
pub(super) fn resident(pid: u32) -> anyhow::Result<Resident> {
    let text = read(pid, "status")?;
    let mib = |name| kib(&text, name).map(|kib| kib as f64 / 1024.0);
    Ok(Resident {
        now_mib: mib("VmRSS:").context("`/proc/PID/status` has no `VmRSS`")?,
        peak_mib: mib("VmHWM:").context("`/proc/PID/status` has no `VmHWM`")?,
    })
}

fn read(pid: u32, name: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(format!("/proc/{pid}/{name}"))
        .with_context(|| format!("read `/proc/{pid}/{name}`: Linux alone has it"))
}

/// Fields 14 and 15, counted behind the name, which may hold blanks and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_where_they_stand() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 31 11 12 13 20";
        assert_eq!(ticks(stat), Some(42));
        let status = "Name:\tx\nVmHWM:\t  5120 kB\nVmRSS:\t  4096 kB\n";
        assert_eq!(
            (kib(status, "VmRSS:"), kib(status, "VmHWM:")),
            (Some(4096), Some(5120))
        );
    }
}
