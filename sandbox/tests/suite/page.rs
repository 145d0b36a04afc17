//! The page's files, and what it reads that nobody else does. How it looks and works is tried in a browser, in `tests/page.rs`.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Sandbox, bank_errors};

/// What a file asks the browser to load, by name.
fn loaded(text: &str) -> Vec<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    let name = |path: &str| {
        let path = path
            .strip_prefix("/_sandbox/page/")
            .or_else(|| path.strip_prefix("./"))?;
        Some(path.to_owned())
    };
    quoted.filter_map(name).collect()
}

#[tokio::test]
async fn a_browser_gets_the_page_and_a_shell_the_routes() {
    let sandbox = Sandbox::new();
    let page = sandbox
        .send("GET", "/", &[("accept", "text/html,*/*")], "")
        .await;
    assert!(page.text.starts_with("<!doctype html>"), "{}", page.text);
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    let routes = sandbox.send("GET", "/", &[("accept", "*/*")], "").await;
    assert!(routes.text.starts_with("cb-sandbox:"), "{}", routes.text);
}

#[tokio::test]
async fn every_file_that_the_page_loads_is_inside_the_program() {
    let sandbox = Sandbox::new();
    let page = sandbox
        .send("GET", "/", &[("accept", "text/html")], "")
        .await;
    let mut wanted = loaded(&page.text);
    let mut seen = Vec::new();
    while let Some(name) = wanted.pop() {
        if seen.contains(&name) {
            continue;
        }
        let path = format!("/_sandbox/page/{name}");
        let file = sandbox.send("GET", &path, &[], "").await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(!file.text.contains("https://"), "{path} needs a network");
        wanted.extend(loaded(&file.text));
        seen.push(name);
    }
    assert_eq!(seen.len(), 13, "{seen:?}");
    let stray = sandbox
        .send("GET", "/_sandbox/page/stray.js", &[], "")
        .await;
    assert_eq!(stray.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_values_of_a_monitor_are_those_it_is_judged_by() {
    let sandbox = Sandbox::new();
    let monitor = sandbox.monitor(bank_errors()).await;
    let path = format!("/_sandbox/monitors/{monitor}/values?minutes=5");
    assert_eq!(sandbox.get(&path).await, json!({"groups": {}}));
    let missing = sandbox
        .send("GET", "/_sandbox/monitors/7/values", &[], "")
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
