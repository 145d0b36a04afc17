//! Stands where Terraform expects a provider, runs the real one, and notes what it cost.

use std::process::ExitCode;
use tests::bench::probe;

fn main() -> anyhow::Result<ExitCode> {
    probe::run()
}
