//! What is believed: bodies that are signed and yet wrong.

use serde_json::{Value, json};

use super::super::error::{Verdict, expect};
use super::super::trial::Trial;

/// More than the contract's 64 KiB.
const TOO_LONG: usize = 70 * 1024;

/// The contract says JSON; who reads it as JSON anyway does no harm, if the answer says what was done.
pub(super) async fn wrong_content_type(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let mut callback = t.callback(&bank);
    callback.content_type = "text/plain";
    let answer = t.one.send(&callback).await?;
    t.settle_reads().await?;
    let honest = match answer.status {
        200 => bank.reads() > 0,
        400 | 415 => bank.reads() == 0,
        _ => false,
    };
    expect(honest, || {
        format!(
            "answered {}, and read the monitor {} times",
            answer.status,
            bank.reads()
        )
    })
}

pub(super) async fn oversized_body(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let callback = t
        .callback(&bank)
        .with(json!({ "padding": "x".repeat(TOO_LONG) }));
    t.refuses(&callback, &bank, 413).await
}

pub(super) async fn truncated_body(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let mut callback = t.callback(&bank);
    callback.body.truncate(callback.body.len() - 5);
    t.refuses(&callback, &bank, 400).await
}

pub(super) async fn empty_body(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    for body in ["", "null", "[]", "7"] {
        let mut callback = t.callback(&bank);
        callback.body = body.into();
        t.refuses(&callback, &bank, 400).await?;
    }
    Ok(())
}

pub(super) async fn bad_monitor_id(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let number = bank.id.parse::<u64>().unwrap_or_default();
    let path = format!("{}/../{}", bank.id, bank.id);
    for wrong in [
        Value::Null,
        json!(number),
        json!(""),
        json!("x"),
        json!(path),
        json!(format!(" {}", bank.id)),
    ] {
        let callback = t.callback(&bank).with(json!({ "monitor_id": wrong }));
        t.refuses(&callback, &bank, 400).await?;
    }
    Ok(())
}

pub(super) async fn unknown_fields(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let callback = t
        .callback(&bank)
        .with(json!({ "since": "a later version", "more": { "a": [1] } }));
    t.one.answers(&callback, 200).await
}
