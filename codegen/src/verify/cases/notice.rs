//! What the hooks are told of, as far as the audit stream in Redis shows it, and notifications that are only a test.

use serde_json::json;

use super::super::bank::SICK;
use super::super::error::{Verdict, expect};
use super::super::trial::{Trial, opens};

const NOTIFICATION: &str = "\"kind\":\"notification\"";
const CHANGE: &str = "\"kind\":\"change\"";

pub(super) async fn a_test_notification(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    let callback = t.callback(&bank).with(json!({ "test": true }));
    t.one.answers(&callback, 200).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn a_test_skips_hooks(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    let quoted = format!("\"{}\"", bank.id);
    let test = t.callback(&bank).with(json!({ "test": true }));
    t.one.answers(&test, 200).await?;
    t.settle_reads().await?;
    let told = t.redis()?.audited(&[NOTIFICATION, &quoted]).await?;
    expect(told == 0, || format!("{told} notifications after a test"))?;
    t.notify(&bank).await?;
    let told = t.redis()?.audited(&[NOTIFICATION, &quoted]).await?;
    expect(told == 1, || {
        format!("{told} notifications after a callback that is no test")
    })
}

pub(super) async fn a_change_is_audited_once(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    for _ in 0..3 {
        t.notify(&bank).await?;
    }
    let quoted = format!("\"{}\"", bank.id);
    let changes = t.redis()?.audited(&[CHANGE, &quoted]).await?;
    expect(changes == 1, || {
        format!("{changes} changes in the audit stream, not 1")
    })
}
