//! `make demo`: the whole chain, step by step, each with what was seen. Every line that it prints is
//! something that a running process answered.

use crate::chain::{self, BREAKER, Chain, Store};
use crate::service::Answers;
use crate::terraform::Terraform;
use crate::wait;
use anyhow::Context;
use std::time::Instant;

const STEPS: usize = 8;
const SICK: &str = "bank_code:0001";
const WELL: &str = "bank_code:0002";

/// Prints the steps, and keeps what the summary needs.
struct Story {
    start: Instant,
    step: usize,
    seen: Vec<String>,
}

impl Story {
    fn step(&mut self, title: &str) {
        self.step += 1;
        println!("\n[{}/{STEPS}] {title}", self.step);
    }

    fn saw(&mut self, what: &str) {
        println!("      {what}");
    }

    /// A result: printed now, and again in the summary.
    fn proved(&mut self, what: &str) {
        println!("   ok {what}");
        self.seen.push(what.to_owned());
    }
}

/// Runs the demo. Whatever happens, nothing is left running: each process ends with its owner.
///
/// # Errors
/// When a step does not show what it should.
pub fn run() -> anyhow::Result<()> {
    let mut story = Story {
        start: Instant::now(),
        step: 0,
        seen: Vec::new(),
    };
    println!("circuitbreaker: from a Datadog monitor to a circuit breaker, all on 127.0.0.1");

    story.step("cb-gen scaffold --service funds && cargo build   (the first build takes minutes)");
    let program = chain::funds()?;
    story.proved(&format!(
        "service `funds` generated and built: {}",
        program.display()
    ));

    story.step("Start the sandbox (Datadog, SNS, the real Lambda `bootstrap`), Redis and `funds`");
    let mut chain = start(program, &mut story)?;

    story.step("terraform init && terraform apply   (examples/quickstart)");
    let terraform = chain.quickstart()?;
    let monitor = apply(&terraform, &mut story)?;

    alert(&chain, &monitor, &mut story)?;

    story.step(&format!("Datadog: {SICK} recovers"));
    chain.sandbox.set(&monitor, SICK, "OK")?;
    delivered(&chain, 1, &mut story)?;
    recovered(&chain, &mut story)?;

    story.step("The service crashes; then Datadog alerts");
    outage(&mut chain, &monitor, &mut story)?;

    heal(&mut chain, &mut story)?;
    destroy(&terraform, &chain, &monitor, &mut story)?;
    drop(chain);
    summary(&story);
    Ok(())
}

fn start(program: std::path::PathBuf, story: &mut Story) -> anyhow::Result<Chain> {
    let chain = Chain::start_program(program, Store::Best)?;
    let store = match &chain.redis {
        Some(redis) => redis.url(),
        None => "in memory (redis-server is not installed: `apt-get install redis-server`)".into(),
    };
    story.saw(&format!("sandbox  {}", chain.sandbox.url()));
    story.saw(&format!("store    {store}"));
    story.proved(&format!("callback {}", chain.callback_url()));
    Ok(chain)
}

fn apply(terraform: &Terraform, story: &mut Story) -> anyhow::Result<String> {
    terraform.must(&["init", "-input=false"])?;
    let plan = terraform.must(&["plan", "-input=false"])?;
    let message = plan
        .lines()
        .skip_while(|line| !line.contains("rendered_message"));
    story.saw("the plan shows the whole message that Datadog will send:");
    for line in message.take_while(|line| !line.trim_start().starts_with("EOT")) {
        println!("      | {}", line.trim_start_matches([' ', '+']));
    }
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    let monitor = terraform.output("monitor_id")?;
    let second = terraform.plan()?;
    anyhow::ensure!(
        second.code == 0,
        "the second plan is not empty:\n{}",
        second.text
    );
    story.proved(&format!(
        "monitor {monitor} created; the second plan is empty"
    ));
    Ok(monitor)
}

fn alert(chain: &Chain, monitor: &str, story: &mut Story) -> anyhow::Result<()> {
    story.step(&format!(
        "Datadog: {SICK} of monitor {monitor} goes to Alert"
    ));
    chain.sandbox.set(monitor, SICK, "Alert")?;
    delivered(chain, 0, story)?;
    let (sick, well) = (chain.wait_open(SICK)?, chain.wait_closed(WELL)?);
    story.proved(&format!("{SICK}: the breaker is open: {}", words(sick)));
    story.proved(&format!("{WELL}: calls go through: {}", words(well)));
    Ok(())
}

fn delivered(chain: &Chain, index: usize, story: &mut Story) -> anyhow::Result<()> {
    let delivery = chain.sandbox.wait_state(index, "delivered")?;
    let subject = delivery["subject"].as_str().unwrap_or_default();
    story.saw(&format!(
        "SNS `{subject}` -> Lambda -> callback answered 200"
    ));
    Ok(())
}

fn recovered(chain: &Chain, story: &mut Story) -> anyhow::Result<()> {
    let ramp = wait::until("the first calls to go through again", || {
        chain
            .ask(SICK)
            .ok()
            .filter(|answers| !chain::is_open(*answers))
    })?;
    story.saw(&format!("closing is a ramp, not a jump: {}", words(ramp)));
    let closed = wait::until("the end of the ramp", || {
        chain.service().ok()?.advance(60).ok()?;
        chain
            .ask(SICK)
            .ok()
            .filter(|answers| chain::is_closed(*answers))
    })?;
    story.proved(&format!("{SICK}: the breaker is closed: {}", words(closed)));
    Ok(())
}

fn outage(chain: &mut Chain, monitor: &str, story: &mut Story) -> anyhow::Result<()> {
    chain.crash_service();
    chain.sandbox.set(monitor, SICK, "Alert")?;
    for (attempt, wait) in [(1, 60), (2, 120), (3, 0)] {
        let delivery = chain.sandbox.wait_attempts(2, attempt)?;
        let error = delivery["attempts"][attempt - 1]["error"]
            .as_str()
            .unwrap_or("?");
        story.saw(&format!("attempt {attempt} failed: {error}"));
        if wait > 0 {
            story.saw(&format!("Lambda waits {wait} s (virtual)"));
            chain.sandbox.advance(wait)?;
        }
    }
    chain.sandbox.wait_state(2, "dead")?;
    let letters = chain.sandbox.dead_letters()?;
    let letter = letters
        .first()
        .context("a dead letter after three failed attempts")?;
    let code = letter["attributes"]["ErrorCode"].as_str().unwrap_or("?");
    story.proved(&format!(
        "3 attempts, then the dead letter queue holds it (ErrorCode {code})"
    ));
    Ok(())
}

fn heal(chain: &mut Chain, story: &mut Story) -> anyhow::Result<()> {
    story.step("The service starts again, and nobody replays anything");
    chain.restart_service()?;
    let answers = words(chain.wait_open(SICK)?);
    story.proved(&format!("{SICK}: healed at start, open again: {answers}"));
    Ok(())
}

fn destroy(
    terraform: &Terraform,
    chain: &Chain,
    monitor: &str,
    story: &mut Story,
) -> anyhow::Result<()> {
    story.step("terraform destroy");
    terraform.must(&["destroy", "-input=false", "-auto-approve"])?;
    let gone = chain.sandbox.monitor(monitor).is_err();
    anyhow::ensure!(gone, "monitor {monitor} is still there after destroy");
    story.proved(&format!("monitor {monitor} is gone; all processes end now"));
    Ok(())
}

fn words(answers: Answers) -> String {
    let Answers {
        allow,
        probe,
        reject,
    } = answers;
    format!("{allow} allowed, {probe} probes, {reject} rejected")
}

fn summary(story: &Story) {
    println!("\n{}", "-".repeat(78));
    println!(
        "breaker `{BREAKER}` in {} s:",
        story.start.elapsed().as_secs()
    );
    for line in &story.seen {
        println!("  ok {line}");
    }
    println!("Next: README.md; your own service: `cb-gen scaffold --service NAME`.");
}
