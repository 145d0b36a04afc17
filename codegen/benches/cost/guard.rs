//! What one question to the guard costs, measured inside a scaffold by its own language's means: the languages, one row each. Twice,
//! with a Redis that is there and with one that is down from the start to the end.

use std::collections::BTreeMap;
use std::io;
use std::process::Stdio;

use crate::built::Built;
use crate::redis::{Redis, free_port};
use crate::settings::languages;

/// How a language measures itself.
struct Row {
    language: &'static str,
    /// A file of `codegen/benches/guard`, and where in the scaffold it goes.
    file: (&'static str, &'static str),
    /// What measures, and prints `cost CASE GROUPS OPEN THREADS NANOSECONDS`.
    command: &'static [&'static str],
    /// Nanoseconds that one call may take.
    aim: f64,
}

const ROWS: &[Row] = &[
    Row {
        language: "rust",
        file: ("rust.rs", "examples/guard_cost.rs"),
        command: &[
            "cargo",
            "run",
            "--release",
            "--quiet",
            "--locked",
            "--example",
            "guard_cost",
        ],
        aim: 1_000.0,
    },
    Row {
        language: "go",
        file: ("go_test.go", "breaker/guard_cost_test.go"),
        command: &[
            "go",
            "test",
            "-count=1",
            "-v",
            "-run",
            "TestGuardCost",
            "./breaker",
        ],
        aim: 1_000.0,
    },
    Row {
        language: "typescript",
        file: ("typescript.ts", "src/guard_cost.ts"),
        command: &["node", "dist/src/guard_cost.js"],
        aim: 5_000.0,
    },
    Row {
        language: "python",
        file: ("python.py", "guard_cost.py"),
        command: &[".venv/bin/python", "guard_cost.py"],
        aim: 5_000.0,
    },
    Row {
        language: "java",
        file: ("GuardCost.java", "src/main/java/breaker/GuardCost.java"),
        command: &["java", "-cp", "target/app/service.jar", "breaker.GuardCost"],
        aim: 1_000.0,
    },
];

/// How often a case asks, at least: 7 batches of 20,000 calls.
const CALLS_EACH: usize = 140_000;

/// A table of all that was measured, and how little of it reached Redis. Cases of several threads show that none waits for another: a
/// lock held across a call would make the others' calls cost as many times as much.
pub(crate) fn run() -> io::Result<()> {
    println!(
        "{:<12}{:<9}{:>7}{:>6}{:>9}{:>12}{:>12}{:>9}  aim",
        "ns per call", "group", "groups", "open", "threads", "Redis up", "Redis down", "down/up"
    );
    for language in languages() {
        let Some(row) = ROWS.iter().find(|row| row.language == language.name) else {
            println!("{:<12}not measured: no row", language.name);
            continue;
        };
        let built = Built::new(language, Some(row.file))?;
        let redis = Redis::start()?;
        let up = measure(&built, row, &redis.url(), false)?;
        let commands = redis.commands()?;
        drop(redis);
        let nobody = format!("redis://127.0.0.1:{}", free_port()?);
        let down = measure(&built, row, &nobody, true)?;
        for ((place, case), up) in &up {
            let key = (*place, case.clone());
            print_line(row, case, *up, down.get(&key).copied().unwrap_or(f64::NAN));
        }
        let calls = up.len() * CALLS_EACH;
        println!(
            "{:<12}Redis ran {commands} commands, its filling and the reloads; the guard was asked at least {calls} times",
            language.name
        );
    }
    Ok(())
}

fn print_line(row: &Row, case: &str, up: f64, down: f64) {
    let words: Vec<_> = case.split(' ').collect();
    let [group, groups, open, threads] = words.as_slice() else {
        return;
    };
    let met = up <= row.aim && down <= row.aim;
    let (most, met) = (row.aim, if met { "met" } else { "MISSED" });
    println!(
        "{:<12}{group:<9}{groups:>7}{open:>6}{threads:>9}{up:>12.0}{down:>12.0}{:>9.2}  ≤ {most}: {met}",
        row.language,
        down / up
    );
}

/// By their order and case, the nanoseconds.
type Costs = BTreeMap<(usize, String), f64>;

fn measure(built: &Built, row: &Row, redis: &str, down: bool) -> io::Result<Costs> {
    let mut command = built.command(row.command)?;
    command.env("REDIS_URL", redis).stderr(Stdio::inherit());
    if down {
        command.env("COST_DOWN", "1");
    }
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let costs: Costs = text
        .lines()
        .filter_map(|line| line.strip_prefix("cost "))
        .filter_map(|line| line.rsplit_once(' '))
        .enumerate()
        .filter_map(|(at, (case, ns))| Some(((at, case.to_owned()), ns.parse().ok()?)))
        .collect();
    if output.status.success() && !costs.is_empty() {
        return Ok(costs);
    }
    Err(io::Error::other(format!(
        "{command:?}: {}: {text}",
        output.status
    )))
}
