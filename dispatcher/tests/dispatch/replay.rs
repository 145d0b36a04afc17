//! `replay`: what is sent again, what is left out, and what is said about it.

use std::num::NonZeroU32;

use dispatcher::replay::{Options, Report, replay};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::inside::{LAPTOP, OK, PATIENT, caller};
use crate::support::{Answer, Heard, KEY, Service, event, message};

pub(crate) const FAST: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
/// `NOW_S` and an hour less.
pub(crate) const NOW: &str = "2026-09-21T14:13:20Z";
const HOUR_AGO: &str = "2026-09-21T13:13:20Z";

pub(crate) fn dated(url: &str, sent: &str) -> Value {
    let mut event = event(&[message(&[url.to_owned()])]);
    event["Records"][0]["Sns"]["Timestamp"] = json!(sent);
    event
}

/// A young one in every form, an old one, and one without a date.
fn letters(url: &str) -> Vec<String> {
    let young = dated(url, NOW);
    let body = young.to_string();
    vec![
        body.clone(),
        String::new(),
        json!({ "requestPayload": young }).to_string(),
        json!({ "Messages": [{ "MessageId": "q-1", "Body": body }] }).to_string(),
        json!({ "Records": [{ "messageId": "q-1", "body": body }] }).to_string(),
        dated(url, HOUR_AGO).to_string(),
        event(&[message(&[url.to_owned()])]).to_string(),
    ]
}

#[tokio::test]
async fn every_form_is_sent_and_the_old_is_left_out() {
    let mut service = Service::start(OK).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let failing = dated(&bad.url("http"), NOW).to_string();
    let mut lines = letters(&service.url("http"));
    lines.extend([failing.clone(), "no json".to_owned()]);
    let lines = lines.join("\n");
    for (max_age_s, called, left_out) in [(Some(3599), 4, 2), (Some(3600), 5, 1), (None, 6, 0)] {
        let options = Options {
            max_age_s,
            per_second: FAST,
        };
        let mut failed = Vec::new();
        let caller = caller(LAPTOP, PATIENT);
        let report = replay(&caller, lines.as_bytes(), options, &mut failed).await;
        let expected = Report {
            lines: 8,
            failed: 2,
            left_out,
            called,
            ..Report::default()
        };
        assert_eq!(report.unwrap(), expected, "{max_age_s:?}");
        let failed = String::from_utf8(failed).unwrap();
        assert_eq!(failed, format!("{failing}\nno json\n"));
        let heard = service.all_heard();
        assert_eq!(heard.len(), called);
        let same = |heard: &Heard| heard.headers["webhook-id"] == "m-1";
        assert!(heard.iter().all(same));
    }
}

#[tokio::test]
async fn the_process_reads_stdin_and_sums_up() {
    let mut service = Service::start(OK).await;
    let letters = format!("{}\n", event(&[message(&[service.url("http")])]));
    for (arguments, code, called, part) in [
        (&["--any-age"][..], 0, 1, "1 callbacks accepted"),
        (&["--any-age", "--dry-run"], 0, 0, "1 ignored"),
        (&[], 0, 0, "1 notifications left out by age"),
    ] {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cb-dispatch"))
            .arg("replay")
            .args(arguments)
            .env_clear()
            .env("CB_SIGNING_KEYS", KEY)
            .env("CB_ALLOWED_HOSTS", "localhost:*")
            .env("CB_ALLOW_HTTP", "1")
            .env("CB_ALLOW_CIDRS", "127.0.0.0/8,::1/128")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = process.stdin.take().unwrap();
        stdin.write_all(letters.as_bytes()).await.unwrap();
        drop(stdin);
        let output = process.wait_with_output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "{said}");
        assert_eq!(service.all_heard().len(), called, "{arguments:?}");
    }
}
