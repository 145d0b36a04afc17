//! One turn of a subject: the commands of its life, each timed.

use super::probe;
use super::subject::Subject;
use super::table::Sample;
use crate::sandbox::Sandbox;
use crate::terraform::Terraform;
use std::time::Instant;

/// What is run, in order. The last one cleans up for the next turn.
const STEPS: &[(&str, &[&str])] = &[
    ("validate", &["validate"]),
    ("plan", &["plan", "-input=false"]),
    ("apply", &["apply", "-input=false", "-auto-approve"]),
    (
        "no-change plan",
        &["plan", "-input=false", "-detailed-exitcode"],
    ),
    ("destroy", &["destroy", "-input=false", "-auto-approve"]),
];

/// Runs all steps with `size` monitors.
pub(super) fn life(
    subject: &Subject,
    sandbox: &Sandbox,
    size: usize,
) -> anyhow::Result<Vec<(&'static str, Sample)>> {
    let terraform = subject.prepare(size, sandbox.url())?;
    probe::take(&terraform.path("notes"));
    STEPS
        .iter()
        .map(|(name, arguments)| Ok((*name, step(&terraform, sandbox, arguments)?)))
        .collect()
}

fn step(terraform: &Terraform, sandbox: &Sandbox, arguments: &[&str]) -> anyhow::Result<Sample> {
    let before = sandbox.requests()?;
    let start = Instant::now();
    terraform.must(arguments)?;
    let wall = start.elapsed();
    let cost = probe::take(&terraform.path("notes"));
    Ok(Sample {
        wall,
        cpu: cost.cpu,
        rss_kib: cost.rss_kib,
        requests: sandbox.requests()? - before,
    })
}

/// Sizes of the program and of its schema as Terraform prints it.
pub(super) fn schema(subject: &Subject) -> anyhow::Result<String> {
    if subject.is_floor() {
        return Ok("built into terraform".to_owned());
    }
    let terraform = subject.prepare(1, "http://127.0.0.1:1")?;
    let json = terraform.must(&["providers", "schema", "-json"])?;
    Ok(format!(
        "{} bytes as JSON, program {:.2} MB",
        json.len(),
        subject.bytes() as f64 / 1e6
    ))
}
