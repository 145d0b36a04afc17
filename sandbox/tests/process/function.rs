//! The part of the function: one of several kinds, by mode.

use serde_json::json;

use crate::wire::{header, http};

/// Does what the mode says with every invocation.
pub(crate) fn run(api: &str, mode: &str) {
    if mode == "exit" {
        std::process::exit(3);
    }
    if mode == "init" {
        let error = json!({"errorMessage": "no key", "errorType": "Init"});
        http(
            api,
            "POST",
            "/2018-06-01/runtime/init/error",
            &error.to_string(),
        );
        std::process::exit(1);
    }
    loop {
        let (headers, _) = http(api, "GET", "/2018-06-01/runtime/invocation/next", "");
        let id = header(&headers, "lambda-runtime-aws-request-id").expect("a request id");
        let path = format!("/2018-06-01/runtime/invocation/{id}");
        match mode {
            "crash" => std::process::exit(4),
            "hang" => loop {
                std::thread::park();
            },
            "tell" => {
                let mut names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
                names.sort();
                let told = json!({"pid": std::process::id(), "names": names}).to_string();
                let error = json!({"errorMessage": told, "errorType": "Told"});
                http(api, "POST", &format!("{path}/error"), &error.to_string());
            }
            _ => {
                http(api, "POST", &format!("{path}/response"), "null");
            }
        }
    }
}
