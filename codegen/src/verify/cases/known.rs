//! Which monitors are a service's own, which breaker they feed, and that they are read without a callback.

use serde_json::json;

use super::super::bank::{SICK, WELL};
use super::super::error::{Verdict, expect};
use super::super::trial::{Trial, closes, opens};

/// A little more than the default of `CB_IDLE_POLL_S`, and of `CB_POLL_S`.
const IDLE: u64 = 301;
const BUSY: u64 = 61;
/// Past the last of the reads that follow a callback.
const STEPS: u64 = 121;

pub(super) async fn a_monitor_without_a_breaker_tag(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert"), (WELL, "OK")]);
    bank.field("tags", json!([format!("service:{}", t.stage.service)]));
    bank.breaker = bank.id.clone();
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    t.stays_closed(&bank, WELL).await
}

pub(super) async fn an_ungrouped_monitor(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[]);
    bank.field("multi", json!(false));
    bank.field("overall_state", json!("Alert"));
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    opens(&t.one, &bank, "*").await?;
    bank.field("overall_state", json!("OK"));
    t.notify(&bank).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn two_monitors_of_one_breaker(t: &mut Trial<'_>) -> Verdict {
    let mut first = t.bank(&[(SICK, "Alert")]);
    let mut second = t.bank_of(&first.breaker, &[(SICK, "OK")]);
    t.notify(&first).await?;
    opens(&t.one, &first, SICK).await?;
    t.notify(&second).await?;
    t.stays_open(&first, SICK).await?;
    second.set(&[(SICK, "Alert")]);
    t.notify(&second).await?;
    first.set(&[(SICK, "OK")]);
    t.notify(&first).await?;
    t.stays_open(&first, SICK).await?;
    second.set(&[(SICK, "OK")]);
    t.notify(&second).await?;
    closes(&t.one, &first, SICK).await
}

pub(super) async fn a_lost_alert(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "OK")]);
    bank.list();
    t.notify(&bank).await?;
    let before = bank.reads();
    t.one.advance(STEPS).await?;
    t.read_again(&bank, before).await?;
    t.stays_closed(&bank, SICK).await?;
    bank.set(&[(SICK, "Alert")]);
    t.one.advance(IDLE).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn a_lost_recovery(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    let before = bank.reads();
    t.one.advance(STEPS).await?;
    t.read_again(&bank, before).await?;
    t.stays_open(&bank, SICK).await?;
    bank.set(&[(SICK, "OK")]);
    t.one.advance(BUSY).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn a_fresh_start(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert")]);
    bank.list();
    let fresh = t.another().await?;
    opens(&fresh, &bank, SICK).await
}

pub(super) async fn an_unlisted_monitor(t: &mut Trial<'_>) -> Verdict {
    let stranger = t.bank(&[("*", "OK")]);
    let callback = t.callback(&stranger);
    t.one.answers(&callback, 404).await?;
    let own = t.bank_numbered(424_242, "bank-listed", &[("*", "OK")]);
    t.notify(&own).await?;
    expect(stranger.reads() == 0, || {
        "answered 404, and yet the monitor was read".to_owned()
    })
}

pub(super) async fn a_monitor_without_the_service_tag(t: &mut Trial<'_>) -> Verdict {
    let mut stranger = t.bank(&[("*", "OK")]);
    stranger.field(
        "tags",
        json!([
            format!("circuit_breaker:{}", stranger.breaker),
            "service:another"
        ]),
    );
    let callback = t.callback(&stranger);
    t.one.answers(&callback, 404).await?;
    let own = t.bank(&[("*", "OK")]);
    t.notify(&own).await
}
