//! What the guard makes of time: probes, the ramp, leases. The clock is moved; the bounds allow for a minute of a slow machine.

use super::super::bank::{SICK, WELL};
use super::super::error::{Verdict, expect};
use super::super::fake::Fault;
use super::super::trial::{Trial, closes, opens};

/// A little more than the defaults of `CB_LEASE_S` and `CB_MAX_STALE_S`, and the interval of probes of every case.
const LEASE: u64 = 901;
const STALE: u64 = 3_601;
const PROBE_INTERVAL: u64 = 3_601;

pub(super) async fn probe_ratio(t: &mut Trial<'_>) -> Verdict {
    let bank = t.open_bank(SICK).await?;
    let seen = t.one.ask(&bank.breaker, SICK, 10_000).await?;
    // 500 are to be expected; 400 and 600 are more than four standard deviations away.
    let fair = seen.allow == 0 && (400..=600).contains(&seen.probe);
    expect(fair, || {
        format!("of 10000 calls to an open group about 500 were to be probes: {seen:?}")
    })
}

pub(super) async fn probe_interval(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    t.notify(&bank).await?;
    let calls = (bank.breaker.as_str(), SICK, 1_000);
    t.one
        .becomes("one of the first calls is a probe", calls, |seen| {
            seen.probe == 1 && seen.allow == 0
        })
        .await?;
    let seen = t.one.ask(&bank.breaker, SICK, 1_000).await?;
    expect(seen.reject == 1_000, || {
        format!("a second probe within the interval: {seen:?}")
    })?;
    t.one.advance(PROBE_INTERVAL).await?;
    let seen = t.one.ask(&bank.breaker, SICK, 1_000).await?;
    expect(seen.probe == 1, || {
        format!("one probe was due after the interval: {seen:?}")
    })
}

pub(super) async fn ramp(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    bank.set(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    let calls = (bank.breaker.as_str(), SICK, 10_000);
    t.one.advance(50).await?;
    t.one
        .becomes("a little is let out", calls, |seen| {
            (200..=1_500).contains(&seen.allow)
        })
        .await?;
    t.one.advance(450).await?;
    t.one
        .becomes("about half is let out", calls, |seen| {
            (4_500..=6_000).contains(&seen.allow)
        })
        .await?;
    t.one.advance(501).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn lease_expiry(t: &mut Trial<'_>) -> Verdict {
    let bank = t.open_bank(SICK).await?;
    bank.fault(Some(Fault::Status(500)));
    t.one.advance(LEASE).await?;
    let seen = t.one.ask(&bank.breaker, SICK, 2).await?;
    expect(seen.allow == 0, || {
        format!("the last known state was to be believed: {seen:?}")
    })?;
    t.one.advance(STALE).await?;
    closes(&t.one, &bank, SICK).await?;
    bank.fault(None);
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn lease_expiry_opens(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(WELL, "OK")]);
    t.notify(&bank).await?;
    t.stays_closed(&bank, WELL).await?;
    bank.fault(Some(Fault::Status(500)));
    t.one.advance(LEASE).await?;
    opens(&t.one, &bank, WELL).await?;
    bank.fault(None);
    t.notify(&bank).await?;
    closes(&t.one, &bank, WELL).await
}
