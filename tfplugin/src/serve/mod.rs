//! Serves a provider to Terraform.

use crate::provider::Provider;
use std::process::ExitCode;

/// Runs the process of a provider: `main` is `tfplugin::run("registry.terraform.io/…", Provider)`.
/// `address` is the provider's source address with its host.
pub fn run(address: &str, provider: impl Provider) -> ExitCode {
    let _ = (address, provider);
    ExitCode::FAILURE
}
