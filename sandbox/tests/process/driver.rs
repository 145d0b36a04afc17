//! Starts `cb-sandbox`, asks it, waits for it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::wire::http;

/// Far more than anything here takes; only a broken sandbox gets there.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at a condition.
pub(crate) fn pause() {
    std::thread::park_timeout(Duration::from_millis(5));
}

/// A running `cb-sandbox`; ended when dropped.
pub(crate) struct Sandbox {
    pub(crate) process: Child,
    address: String,
}

impl Sandbox {
    /// One whose function is this executable in the given mode.
    pub(crate) fn start(mode: &str, flags: &[&str]) -> Self {
        let this = std::env::current_exe().expect("a path");
        let mut process = Command::new(env!("CARGO_BIN_EXE_cb-sandbox"))
            .args([
                "--port",
                "0",
                "--exit-with-stdin",
                "--lambda-env",
                &format!("MODE={mode}"),
                "--bootstrap",
            ])
            .arg(this)
            .args(flags)
            .env("LEAKED", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("cb-sandbox starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let address = line
            .trim()
            .strip_prefix("cb-sandbox listening on http://")
            .expect("the address")
            .to_owned();
        Self { process, address }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (head, answer) = http(&self.address, method, path, &body);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{answer}");
        serde_json::from_str(&answer).expect("JSON")
    }

    pub(crate) fn publish(&self) {
        self.call(
            "POST",
            "/_sandbox/topics/t/publish",
            &json!({"message": "m"}),
        );
    }

    /// Asks for the only delivery until it is as wanted.
    pub(crate) fn delivery(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let delivery = self.call("GET", "/_sandbox/deliveries", &Value::Null)[0].clone();
            if wanted(&delivery) {
                return delivery;
            }
            assert!(start.elapsed() < PATIENCE, "{delivery}");
            pause();
        }
    }

    /// The delivery after so many attempts.
    pub(crate) fn after_attempts(&self, count: usize) -> Value {
        self.delivery(|delivery| {
            delivery["attempts"]
                .as_array()
                .is_some_and(|all| all.len() >= count)
        })
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.call("POST", "/_sandbox/clock", &json!({"advance_ms": ms}));
    }

    /// What a telling function told in its first attempt.
    pub(crate) fn told(&self) -> Value {
        self.publish();
        let delivery = self.after_attempts(1);
        serde_json::from_str(delivery["attempts"][0]["error"].as_str().expect("an error"))
            .expect("JSON")
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("a status") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "cb-sandbox does not end");
            pause();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
