//! The cases, and what runs them: all, or those whose names contain an argument.

use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::driver::{PATIENCE, Sandbox, pause};

/// Runs them one after the other.
pub(crate) fn run() {
    let tests: [(&str, fn()); 7] = [
        ("a_function_answers", a_function_answers),
        ("its_environment_is_clean", its_environment_is_clean),
        (
            "a_process_that_dies_takes_its_invocation",
            a_process_that_dies_takes_its_invocation,
        ),
        (
            "a_process_that_cannot_start_costs_attempts",
            a_process_that_cannot_start_costs_attempts,
        ),
        (
            "a_process_that_hangs_is_replaced",
            a_process_that_hangs_is_replaced,
        ),
        (
            "nothing_is_left_after_sigterm",
            nothing_is_left_after_sigterm,
        ),
        (
            "nothing_is_left_after_the_end_of_standard_input",
            nothing_is_left_after_the_end_of_standard_input,
        ),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    for (name, test) in tests {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            test();
            println!("test {name} ... ok");
        }
    }
}

fn error_of(delivery: &Value, attempt: usize) -> &str {
    delivery["attempts"][attempt]["error"]
        .as_str()
        .unwrap_or_default()
}

fn a_function_answers() {
    let sandbox = Sandbox::start("ok", &[]);
    sandbox.publish();
    let delivery = sandbox.delivery(|delivery| delivery["state"] == "delivered");
    assert_eq!(delivery["attempts"].as_array().map(Vec::len), Some(1));
}

fn its_environment_is_clean() {
    let told = Sandbox::start("tell", &[]).told();
    let names: Vec<&str> = told["names"]
        .as_array()
        .expect("names")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        names.contains(&"MODE") && names.contains(&"AWS_LAMBDA_FUNCTION_NAME"),
        "{names:?}"
    );
    assert!(
        !names.contains(&"LEAKED") && !names.contains(&"HOME"),
        "{names:?}"
    );
}

fn a_process_that_dies_takes_its_invocation() {
    let sandbox = Sandbox::start("crash", &[]);
    sandbox.publish();
    for attempt in 0..3 {
        let delivery = sandbox.after_attempts(attempt + 1);
        let error = error_of(&delivery, attempt);
        assert!(
            error.contains("Runtime exited with error: exit status: 4"),
            "{error}"
        );
        sandbox.advance(120_000);
    }
    sandbox.delivery(|delivery| delivery["state"] == "dead");
    assert_eq!(
        sandbox
            .call("GET", "/_sandbox/dlq", &Value::Null)
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

fn a_process_that_cannot_start_costs_attempts() {
    for (mode, expected) in [("exit", "exit status: 3"), ("init", "no key")] {
        let sandbox = Sandbox::start(mode, &[]);
        sandbox.publish();
        let delivery = sandbox.after_attempts(1);
        assert!(error_of(&delivery, 0).contains(expected), "{delivery}");
        assert_eq!(delivery["state"], "queued");
    }
}

fn a_process_that_hangs_is_replaced() {
    let sandbox = Sandbox::start("hang", &["--lambda-timeout", "0.2"]);
    sandbox.publish();
    for attempt in 0..2 {
        let delivery = sandbox.after_attempts(attempt + 1);
        let error = error_of(&delivery, attempt);
        assert!(
            error.contains("Task timed out after 0.20 seconds"),
            "{error}"
        );
        sandbox.advance(60_000);
    }
}

/// Whether a process of this id exists and runs.
fn runs(pid: &Value) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .any(|line| line.starts_with("State:") && !line.contains('Z'))
}

fn ends(pid: &Value) {
    let start = Instant::now();
    while runs(pid) {
        assert!(start.elapsed() < PATIENCE, "process {pid} is left");
        pause();
    }
}

fn nothing_is_left_after_sigterm() {
    let mut sandbox = Sandbox::start("tell", &[]);
    let pid = sandbox.told()["pid"].clone();
    assert!(runs(&pid));
    let sent = Command::new("kill")
        .args(["-TERM", &sandbox.process.id().to_string()])
        .status()
        .expect("kill");
    assert!(sent.success() && sandbox.wait().success());
    ends(&pid);
}

fn nothing_is_left_after_the_end_of_standard_input() {
    let mut sandbox = Sandbox::start("tell", &[]);
    let pid = sandbox.told()["pid"].clone();
    drop(sandbox.process.stdin.take());
    assert!(sandbox.wait().success());
    ends(&pid);
}
