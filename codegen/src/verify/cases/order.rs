//! Delivery is at least once and in no order: repeated, late, lost and lagging events.

use futures_util::future::try_join_all;

use super::super::bank::SICK;
use super::super::error::{Verdict, expect};
use super::super::fake::Fault;
use super::super::trial::{Trial, closes, opens};

pub(super) async fn a_duplicate_event(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    let callback = t.callback(&bank);
    let (first, second) =
        tokio::join!(t.one.answers(&callback, 200), t.one.answers(&callback, 200));
    first.and(second)?;
    t.one.answers(&callback, 200).await?;
    t.stays_open(&bank, SICK).await
}

pub(super) async fn a_repeated_id(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "OK")]);
    let callback = t.callback(&bank);
    t.one.answers(&callback, 200).await?;
    bank.set(&[(SICK, "Alert")]);
    t.one.answers(&callback, 200).await?;
    t.stays_open(&bank, SICK).await
}

pub(super) async fn a_late_alert(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    let late = t.callback(&bank);
    bank.set(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    closes(&t.one, &bank, SICK).await?;
    t.one.answers(&late, 200).await?;
    t.stays_closed(&bank, SICK).await
}

pub(super) async fn a_retry_after_the_recovery(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert")]);
    bank.fault(Some(Fault::Status(500)));
    let alert = t.callback(&bank);
    t.one.answers(&alert, 503).await?;
    bank.fault(None);
    bank.set(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    let before = bank.reads();
    t.one.answers(&alert, 200).await?;
    expect(bank.reads() > before, || {
        "the retry was answered 200 without a read".to_owned()
    })?;
    t.stays_closed(&bank, SICK).await
}

pub(super) async fn an_event_that_is_wrong(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    let recovered = serde_json::json!({ "transition": "Recovered", "group": SICK });
    let callback = t.callback(&bank).with(recovered);
    t.one.answers(&callback, 200).await?;
    t.stays_open(&bank, SICK).await?;
    let well = t.bank(&[(SICK, "OK")]);
    let triggered = serde_json::json!({ "transition": "Triggered", "group": SICK });
    let callback = t.callback(&well).with(triggered);
    t.one.answers(&callback, 200).await?;
    t.stays_closed(&well, SICK).await
}

pub(super) async fn a_lagging_alert(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    bank.set(&[(SICK, "Alert")]);
    t.one.advance(30).await?;
    opens(&t.one, &bank, SICK).await
}

/// Too early for the poll of what is open, which comes after 54 seconds at the earliest.
pub(super) async fn a_lagging_recovery(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    bank.set(&[(SICK, "OK")]);
    t.one.advance(30).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn a_callback_during_a_read(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    let (first, second) = (t.callback(&bank), t.callback(&bank));
    let (held, before) = (bank.hold(), bank.reads());
    let meanwhile = async {
        t.read_again(&bank, before).await?;
        bank.set(&[(SICK, "Alert")]);
        let release = async { held.release() };
        tokio::join!(t.one.answers(&second, 200), release).0
    };
    let (first, second) = tokio::join!(t.one.answers(&first, 200), meanwhile);
    first.and(second)?;
    t.stays_open(&bank, SICK).await
}

pub(super) async fn a_burst_of_callbacks(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    let callbacks: Vec<_> = (0..30).map(|_| t.callback(&bank)).collect();
    try_join_all(
        callbacks
            .iter()
            .map(|callback| t.one.answers(callback, 200)),
    )
    .await?;
    t.stays_open(&bank, SICK).await
}
