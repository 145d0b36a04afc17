//! Connections of the real program that end without an answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::bank_errors;

/// The program, without a function; it ends with its standard input.
struct Program {
    process: Child,
    address: String,
}

impl Program {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cb-sandbox"))
            .args(["--port", "0", "--exit-with-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().rsplit_once('/').unwrap().1.to_owned();
        Self { process, address }
    }

    /// Everything that comes back until the connection ends.
    fn ask(&self, method: &str, path: &str, body: &Value) -> String {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ndd-api-key: sandbox-api-key\r\n\
             dd-application-key: sandbox-app-key\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

#[test]
fn a_dropped_connection_carries_no_byte_before_or_after_the_effect() {
    let program = Program::start();
    for (drop, monitors) in [("before", 0), ("after", 1)] {
        let fault = json!({"datadog": {"drop": drop, "count": 1, "method": "POST"}});
        let set = program.ask("POST", "/_sandbox/faults", &fault);
        assert!(set.starts_with("HTTP/1.1 200"), "{set}");
        let lost = program.ask("POST", "/api/v1/monitor", &bank_errors());
        assert_eq!(lost, "", "{drop}");
        let list = program.ask("GET", "/api/v1/monitor", &json!({}));
        assert!(list.starts_with("HTTP/1.1 200"), "{list}");
        assert_eq!(list.matches("\"org_id\"").count(), monitors, "{drop}");
    }
}
