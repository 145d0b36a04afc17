//! `cb-simulate`: thousands of schedules of faults against the generated service. Arguments in, an exit code out.

mod cli;
mod campaign;
mod shrink;
mod run;
mod check;
mod caller;
mod lambda;
mod edge;
mod instance;
mod store;
mod mutant;
mod source;
mod world;
mod truth;
mod generate;
mod schedule;
mod time;

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    cli::main()
}
