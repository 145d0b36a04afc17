//! From a monitor's state to what the guard says of each group.

use serde_json::json;

use super::super::bank::{SICK, WELL};
use super::super::error::{Verdict, expect};
use super::super::trial::{Trial, closes, opens};

/// A little less and a little more than the default of `CB_ABSENT_AFTER_S`.
const ALMOST_ABSENT: u64 = 500;
const ABSENT: u64 = 161;

pub(super) async fn warn_degrades(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Warn")]);
    t.notify(&bank).await?;
    let about_half = |share: u64| (4_000..=6_000).contains(&share);
    let asked = (bank.breaker.as_str(), SICK, 10_000);
    t.one
        .becomes("half of the calls are let out", asked, |seen| {
            about_half(seen.allow) && about_half(seen.reject)
        })
        .await
}

pub(super) async fn an_absent_group(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert"), (WELL, "OK")]);
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    bank.set(&[(WELL, "OK")]);
    t.notify(&bank).await?;
    t.stays_open(&bank, SICK).await?;
    let before = bank.reads();
    t.one.advance(ALMOST_ABSENT).await?;
    t.read_again(&bank, before).await?;
    t.stays_open(&bank, SICK).await?;
    t.one.advance(ABSENT).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn no_data_holds(t: &mut Trial<'_>) -> Verdict {
    held_by(t, &["No Data"]).await
}

pub(super) async fn skipped_holds(t: &mut Trial<'_>) -> Verdict {
    held_by(
        t,
        &["Skipped", "Ignored", "Unknown", "a status of a later year"],
    )
    .await
}

/// Neither an open group nor a closed one moves when its status becomes one of these.
async fn held_by(t: &mut Trial<'_>, statuses: &[&str]) -> Verdict {
    for status in statuses {
        let mut bank = t.bank(&[(SICK, "Alert"), (WELL, "OK")]);
        t.notify(&bank).await?;
        opens(&t.one, &bank, SICK).await?;
        bank.set(&[(SICK, status), (WELL, status), ("bank_code:0003", status)]);
        t.notify(&bank).await?;
        t.stays_open(&bank, SICK).await?;
        t.stays_closed(&bank, WELL).await?;
        t.stays_closed(&bank, "bank_code:0003").await?;
    }
    Ok(())
}

pub(super) async fn no_data_opens(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "No Data"), (WELL, "OK")]);
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    t.stays_closed(&bank, WELL).await
}

pub(super) async fn no_data_closes(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    bank.set(&[(SICK, "No Data")]);
    t.notify(&bank).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn a_downtime_holds(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    bank.field(
        "matching_downtimes",
        json!([{ "id": 1, "scope": [SICK, WELL], "start": 1, "end": null }]),
    );
    bank.field(
        "matching_downtimes",
        json!([{ "id": 1, "scope": ["*"], "start": 1, "end": null }]),
    );
    bank.set(&[(SICK, "OK"), (WELL, "Alert")]);
    t.notify(&bank).await?;
    closes(&t.one, &bank, SICK).await?;
    t.stays_closed(&bank, WELL).await?;
    bank.field("matching_downtimes", json!([]));
    t.notify(&bank).await?;
    opens(&t.one, &bank, WELL).await
}

pub(super) async fn a_downtime_is_followed(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert")]);
    bank.field(
        "matching_downtimes",
        json!([{ "id": 1, "scope": ["*"], "start": 1, "end": null }]),
    );
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn tags_are_sets(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("bank_code:0001,env:prod", "Alert")]);
    t.notify(&bank).await?;
    for asked in [
        "bank_code:0001,env:prod",
        "env:prod,bank_code:0001",
        SICK,
        "bank_code:0001,env:prod,host:a",
        "*",
    ] {
        opens(&t.one, &bank, asked).await?;
    }
    for asked in [WELL, "bank_code:0001,env:dev", "bank_code:00011", "env:dev"] {
        t.stays_closed(&bank, asked).await?;
    }
    Ok(())
}

pub(super) async fn blast_radius(t: &mut Trial<'_>) -> Verdict {
    let [a, b, c, d] = ["bank_code:1", "bank_code:2", "bank_code:3", "bank_code:4"];
    let mut bank = t.bank(&[(a, "Alert"), (b, "OK"), (c, "OK"), (d, "OK")]);
    t.notify(&bank).await?;
    opens(&t.one, &bank, a).await?;
    bank.set(&[(a, "Alert"), (b, "Alert"), (c, "Alert"), (d, "OK")]);
    t.notify(&bank).await?;
    t.stays_open(&bank, a).await?;
    t.stays_closed(&bank, b).await?;
    t.stays_closed(&bank, c).await?;
    bank.set(&[(a, "OK"), (b, "Alert"), (c, "Alert"), (d, "OK")]);
    t.notify(&bank).await?;
    opens(&t.one, &bank, b).await?;
    opens(&t.one, &bank, c).await?;
    closes(&t.one, &bank, a).await
}

pub(super) async fn an_unknown_breaker(t: &mut Trial<'_>) -> Verdict {
    t.settle().await?;
    let seen = t.one.ask("nobody-feeds-this", SICK, 10).await?;
    expect(seen.allow == 10, || format!("{seen:?}"))
}

pub(super) async fn an_unknown_breaker_is_rejected(t: &mut Trial<'_>) -> Verdict {
    t.settle().await?;
    let seen = t.one.ask("nobody-feeds-this", SICK, 10).await?;
    expect(seen.reject == 10, || format!("{seen:?}"))
}
