//! Datadog refuses, limits, fails or speaks nonsense: the state is held, the dispatcher is told to come again, and it heals.

use serde_json::Value;

use super::super::bank::{SICK, WELL};
use super::super::error::{Verdict, expect};
use super::super::fake::Fault;
use super::super::trial::{Trial, closes, opens};

/// How far the clock is moved before a failed read must have been tried again: the slowest backoff of any service.
const RETRIED: u64 = 61;
const MANY: usize = 2_000;

pub(super) async fn datadog_401(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Status(401)).await
}

pub(super) async fn datadog_403(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Status(403)).await
}

pub(super) async fn datadog_404(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Status(404)).await
}

pub(super) async fn datadog_429_with_reset(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::RateLimited(30)).await
}

pub(super) async fn datadog_500(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Status(500)).await
}

pub(super) async fn datadog_503(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Status(503)).await
}

pub(super) async fn datadog_html(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Html).await
}

pub(super) async fn datadog_empty_answer(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Empty).await
}

pub(super) async fn datadog_torn_answer(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Torn).await
}

pub(super) async fn datadog_other_monitor(t: &mut Trial<'_>) -> Verdict {
    held(t, Fault::Other).await
}

/// One group is open and one is closed, both have changed since, and the change cannot be read: neither moves until it can.
async fn held(t: &mut Trial<'_>, fault: Fault) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert"), (WELL, "OK")]);
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    bank.set(&[(SICK, "OK"), (WELL, "Alert")]);
    bank.fault(Some(fault));
    let callback = t.callback(&bank);
    let answer = t.one.send(&callback).await?;
    expect(answer.status == 503, || {
        format!(
            "{fault:?}: answered {} {}, not 503",
            answer.status, answer.text
        )
    })?;
    let seconds = answer
        .retry_after
        .as_deref()
        .and_then(|text| text.parse::<u32>().ok());
    expect(seconds.is_some(), || {
        format!(
            "Retry-After is {:?}, not a number of seconds",
            answer.retry_after
        )
    })?;
    t.stays_open(&bank, SICK).await?;
    t.stays_closed(&bank, WELL).await?;
    bank.fault(None);
    t.one.advance(RETRIED).await?;
    closes(&t.one, &bank, SICK).await?;
    opens(&t.one, &bank, WELL).await
}

pub(super) async fn datadog_without_groups(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    for state in [
        serde_json::json!({ "groups": {} }),
        serde_json::json!({}),
        Value::Null,
    ] {
        bank.field("state", state);
        let callback = t.callback(&bank);
        let answer = t.one.send(&callback).await?;
        expect([200, 503].contains(&answer.status), || {
            format!("answered {} {}", answer.status, answer.text)
        })?;
        t.stays_open(&bank, SICK).await?;
    }
    Ok(())
}

pub(super) async fn datadog_huge_answer(t: &mut Trial<'_>) -> Verdict {
    let names: Vec<_> = (0..MANY)
        .map(|number| format!("bank_code:{number:04}"))
        .collect();
    let groups = names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), if at % 2 == 0 { "OK" } else { "Alert" }));
    let bank = t.bank(&groups.collect::<Vec<_>>());
    t.notify(&bank).await?;
    opens(&t.one, &bank, "bank_code:1999").await?;
    t.stays_open(&bank, "bank_code:0001").await?;
    t.stays_closed(&bank, "bank_code:1998").await
}
