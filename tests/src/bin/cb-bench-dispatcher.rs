//! `make bench-dispatcher`: `cb-bench-dispatcher BOOTSTRAP TWIN` measures both programs in alternating runs. `STARTS`,
//! `RUNS` and `EVENTS` may be set.

use anyhow::Context;
use std::path::PathBuf;
use tests::bench_dispatcher::{Size, Subject, run};

fn main() -> anyhow::Result<()> {
    let mut programs = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = |name| -> anyhow::Result<Subject> {
        let program = programs
            .next()
            .with_context(|| format!("the program `{name}` is not named"))?;
        Ok(Subject { name, program })
    };
    let (ours, twin) = (next("ours")?, next("Go twin")?);
    let size = Size {
        starts: number("STARTS", 41)?,
        runs: number("RUNS", 5)?,
        events: number("EVENTS", 2000)?,
    };
    run(&ours, &twin, size)
}

fn number(name: &str, default: usize) -> anyhow::Result<usize> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .with_context(|| format!("`{name}` is `{text}`, which is no number")),
        Err(_) => Ok(default),
    }
}
