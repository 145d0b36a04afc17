//! The provider's process, started by Terraform.

use provider::{ADDRESS, CircuitBreaker};
use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::run(ADDRESS, CircuitBreaker::default())
}
