//! The command line: what to run, what to print, and whether it was well.

use crate::campaign::{self, Totals};
use crate::generate;
use crate::mutant::Mutant;
use crate::run::run;
use crate::schedule::Schedule;
use crate::shrink::shrink;
use crate::world::{Broken, Violation};
use anyhow::Context;
use clap::{Parser, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Runs seeded schedules of faults against the generated service's own code, in virtual time
#[derive(Parser)]
#[command(name = "cb-simulate", version)]
struct Cli {
    /// How many schedules
    #[arg(long, default_value_t = 10_000)]
    schedules: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run the schedule in this file instead, and print what came of it
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Break the service in this way
    #[arg(long, value_enum)]
    mutant: Option<Mutant>,
    /// Then break it in each way, until a schedule shows it
    #[arg(long)]
    mutants: bool,
    /// Where schedules that fail are saved
    #[arg(long, value_name = "DIR", default_value = "target/simulate")]
    save: PathBuf,
}

/// Exit code 0 when every promise was kept and every kind of fault was there, 1 when not.
pub(crate) fn main() -> anyhow::Result<ExitCode> {
    let well = work(&Cli::parse())?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn work(cli: &Cli) -> anyhow::Result<bool> {
    if let Some(file) = &cli.replay {
        return replay(file, cli.mutant);
    }
    let start = Instant::now();
    let totals = campaign::all(cli.seed..cli.seed + cli.schedules, cli.mutant)?;
    println!("{totals}\n\n{} schedules in {:.1} s", totals.schedules, start.elapsed().as_secs_f64());
    let mut well = verdict(&totals);
    if let Some((seed, violation)) = totals.wrong.first_key_value() {
        println!("\nseed {seed}: {}", told(violation));
        report(cli, *seed, cli.mutant, violation.broken, "failed")?;
    }
    if cli.mutants {
        well &= mutants(cli)?;
    }
    Ok(well)
}

fn verdict(totals: &Totals) -> bool {
    let rare = totals.rare();
    if !rare.is_empty() {
        println!("in fewer than a tenth of the schedules: {}", rare.join(", "));
    }
    if totals.edge_wrong == 0 {
        println!("the edge-triggered service never ended wrong: these schedules show nothing");
    }
    totals.wrong.is_empty() && rare.is_empty() && totals.edge_wrong > 0
}

fn told(violation: &Violation) -> String {
    format!("{:?} at {} ms: {}", violation.broken, violation.at, violation.detail)
}

fn replay(file: &Path, mutant: Option<Mutant>) -> anyhow::Result<bool> {
    let text = fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    let schedule: Schedule =
        serde_json::from_str(&text).with_context(|| format!("`{}` holds no schedule", file.display()))?;
    let outcome = run(&schedule, mutant)?;
    outcome.violations.iter().for_each(|violation| println!("{}", told(violation)));
    println!("{outcome:?}");
    Ok(outcome.violations.is_empty())
}

/// Shrinks a failing schedule, prints it and saves it for `--replay`.
fn report(cli: &Cli, seed: u64, mutant: Option<Mutant>, broken: Broken, name: &str) -> anyhow::Result<()> {
    let small = shrink(generate::schedule(seed), mutant, broken)?;
    fs::create_dir_all(&cli.save)?;
    let file = cli.save.join(format!("{name}-{seed}.json"));
    fs::write(&file, serde_json::to_string_pretty(&small)?)?;
    println!("  shrunk to {} events: {}", small.events.len(), serde_json::to_string(&small)?);
    println!("  again: cb-simulate --replay {}", file.display());
    Ok(())
}

/// Each mutant, with schedules until one of them breaks a promise.
fn mutants(cli: &Cli) -> anyhow::Result<bool> {
    println!("\n{:<18}{:>6}  BROKEN PROMISE", "MUTANT", "SEED");
    let mut well = true;
    for mutant in Mutant::value_variants() {
        let name = mutant.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let mut caught = None;
        for seed in cli.seed..cli.seed + cli.schedules {
            caught = run(&generate::schedule(seed), Some(*mutant))?.violations.into_iter().next().map(|v| (seed, v));
            if caught.is_some() {
                break;
            }
        }
        match caught {
            Some((seed, violation)) => {
                println!("{name:<18}{seed:>6}  {}", told(&violation));
                report(cli, seed, Some(*mutant), violation.broken, &name)?;
            }
            None => {
                println!("{name:<18}{:>6}  not caught by {} schedules", "-", cli.schedules);
                well = false;
            }
        }
    }
    Ok(well)
}
