//! The program as it is run: its first line, and its end.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A function that says that it runs, and that it has survived once somebody writes to `pipe`.
fn function(at: &Path, pipe: &Path) {
    let script = format!(
        "#!/bin/sh\necho runs\nread line <'{}'\necho survived\n",
        pipe.display()
    );
    std::fs::write(at, script).unwrap();
    std::fs::set_permissions(at, PermissionsExt::from_mode(0o700)).unwrap();
}

fn start(bootstrap: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_cb-sandbox"))
        .args(["--port", "0", "--bootstrap"])
        .arg(bootstrap)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    assert!(status.unwrap().success(), "{program} {arguments:?}");
}

#[test]
fn sigterm_ends_the_sandbox_in_order_and_its_function_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let [pipe, bootstrap] = ["pipe", "bootstrap"].map(|name| folder.path().join(name));
    run("mkfifo", &[pipe.to_str().unwrap()]);
    function(&bootstrap, &pipe);
    let mut sandbox = start(&bootstrap);
    let mut said = BufReader::new(sandbox.stdout.take().unwrap()).lines();
    let first = said.next().unwrap().unwrap();
    assert!(
        first.starts_with("cb-sandbox listening on http://127.0.0.1:"),
        "{first}"
    );
    // The function speaks through the sandbox's standard error, which ends when both have.
    let mut heard = BufReader::new(sandbox.stderr.take().unwrap());
    let mut line = String::new();
    heard.read_line(&mut line).unwrap();
    assert_eq!(line, "runs\n");

    run("kill", &["-TERM", &sandbox.id().to_string()]);
    assert!(sandbox.wait().unwrap().success());
    let mut wake: File = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&pipe)
        .unwrap();
    wake.write_all(b"\n").unwrap();
    let mut rest = String::new();
    heard.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn serve_says_where_it_is_in_its_first_line_alone() {
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_cb-sandbox"))
        .args(["serve", "--addr", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(sandbox.stdout.take().unwrap()).lines();
    let first = said.next().unwrap().unwrap();
    let address = first.strip_prefix("http://").unwrap();
    let mut connection = std::net::TcpStream::connect(address).unwrap();
    let request = "GET /api/v1/monitor HTTP/1.1\r\nhost: x\r\ndd-api-key: whatever\r\nconnection: close\r\n\r\n";
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("[]"),
        "{answer}"
    );
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
}
