//! `cb-gen verify` against services that are wrong or say little: what is broken fails, and what cannot be tested never passes.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::process::Command;

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;

/// A service that answers every request with `status` and does nothing; its URL.
fn echo(status: StatusCode) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, Router::new().fallback(async move || status)).await
        })
    });
    Ok(url)
}

fn verify(url: &str, more: &[&str]) -> io::Result<(Option<i32>, Value)> {
    let output = Command::new(env!("CARGO_BIN_EXE_cb-gen"))
        .args([
            "verify",
            "--format",
            "json",
            "--patience",
            "2",
            "--url",
            url,
        ])
        .args(["--datadog-listen", "127.0.0.1:0"])
        .args(more)
        .output()?;
    let report = serde_json::from_slice(&output.stdout).map_err(|error| {
        io::Error::other(format!(
            "{error}: {}",
            String::from_utf8_lossy(&output.stderr)
        ))
    })?;
    Ok((output.status.code(), report))
}

fn finding<'a>(report: &'a Value, case: &str) -> &'a str {
    let cases = report["cases"].as_array();
    let found = cases.and_then(|cases| cases.iter().find(|outcome| outcome["case"] == case));
    found
        .and_then(|outcome| outcome["finding"].as_str())
        .unwrap_or_default()
}

#[test]
fn a_service_that_believes_everything_is_caught() -> io::Result<()> {
    let url = echo(StatusCode::OK)?;
    let junit = tempfile::NamedTempFile::new()?;
    let path = junit.path().display().to_string();
    let (code, report) = verify(&url, &["--junit", &path])?;
    assert_eq!(code, Some(1));
    for broken in [
        "good-signature",
        "bad-signature",
        "no-signature",
        "old-signature",
        "truncated-body",
        "oversized-body",
    ] {
        assert_eq!(finding(&report, broken), "FAIL", "{broken}");
    }
    let xml = fs::read_to_string(&path)?;
    assert!(
        xml.contains("name=\"no-signature\"") && xml.contains("<failure message="),
        "{xml}"
    );
    Ok(())
}

#[test]
fn what_cannot_be_tested_never_passes() -> io::Result<()> {
    let url = echo(StatusCode::NOT_FOUND)?;
    let (_, report) = verify(&url, &[])?;
    for (case, expected) in [
        ("a-late-alert", "not testable"),
        ("a-lost-alert", "not testable"),
        ("an-override-wins", "not testable"),
        ("no-data-opens", "not testable"),
        ("sigterm", "not testable"),
        ("redis-gone", "not applicable"),
        ("good-signature", "FAIL"),
    ] {
        assert_eq!(finding(&report, case), expected, "{case}");
    }
    let only = ["--only", "sigterm"];
    assert_eq!(verify(&url, &only)?.0, Some(0));
    assert_eq!(
        verify(&url, &[&only[..], &["--strict"]].concat())?.0,
        Some(1)
    );
    Ok(())
}
