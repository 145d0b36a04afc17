//! Redis comes and goes, instances share it, end and die.

use super::super::bank::{SICK, WELL};
use super::super::error::{Failure, Verdict, expect};
use super::super::fake::Fault;
use super::super::proxy::Line;
use super::super::trial::{Trial, closes, opens};

/// So much of the clock that reads are due and the snapshot is reloaded.
const SOON: u64 = 6;
/// A little more than the default of `CB_IDLE_POLL_S`.
const IDLE: u64 = 301;
/// Past three missed reloads of the snapshot.
const DOWN: u64 = 20;

pub(super) async fn two_instances(t: &mut Trial<'_>) -> Verdict {
    let two = t.another().await?;
    let mut bank = t.open_bank(SICK).await?;
    opens(&two, &bank, SICK).await?;
    bank.set(&[(SICK, "OK")]);
    let recovery = t.callback(&bank);
    two.answers(&recovery, 200).await?;
    closes(&two, &bank, SICK).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn a_slow_old_read(t: &mut Trial<'_>) -> Verdict {
    let two = t.another().await?;
    let mut bank = t.bank(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    bank.set(&[(SICK, "Alert")]);
    let (slow, fast) = (t.callback(&bank), t.callback(&bank));
    let (held, before) = (bank.hold(), bank.reads());
    let meanwhile = async {
        t.read_again(&bank, before).await?;
        bank.set(&[(SICK, "OK")]);
        let answered = two.answers(&fast, 200).await;
        held.release();
        answered
    };
    let (slow, fast) = tokio::join!(t.one.answers(&slow, 200), meanwhile);
    slow.and(fast)?;
    t.stays_closed(&bank, SICK).await?;
    closes(&two, &bank, SICK).await
}

pub(super) async fn redis_gone(t: &mut Trial<'_>) -> Verdict {
    without_redis(t, Line::Cut).await
}

pub(super) async fn redis_silent(t: &mut Trial<'_>) -> Verdict {
    without_redis(t, Line::Silent).await
}

async fn without_redis(t: &mut Trial<'_>, line: Line) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert"), (WELL, "OK")]);
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    let redis = t.redis()?;
    redis.line(line);
    bank.set(&[(SICK, "OK"), (WELL, "Alert")]);
    let callback = t.callback(&bank);
    let answer = t.one.send(&callback).await;
    let open = t.one.ask(&bank.breaker, SICK, 2).await;
    let closed = t.one.ask(&bank.breaker, WELL, 2).await;
    redis.line(Line::Whole);
    let (answer, open, closed) = (answer?, open?, closed?);
    let retry = answer.status == 503 && answer.retry_after.is_some();
    expect(retry, || {
        format!(
            "answered {} {}, Retry-After {:?}",
            answer.status, answer.text, answer.retry_after
        )
    })?;
    expect(open.allow == 0 && closed.allow == 2, || {
        format!("the guard forgot: open {open:?}, closed {closed:?}")
    })?;
    taken_again(t).await
}

/// Returns once a callback is answered 200 again.
async fn taken_again(t: &mut Trial<'_>) -> Verdict {
    let witness = t.bank(&[("*", "OK")]);
    let callback = t.callback(&witness);
    let taken = async || Ok((t.one.send(&callback).await?.status == 200).then_some(()));
    t.one.until("callbacks are taken again", taken).await
}

pub(super) async fn redis_back(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    let redis = t.redis()?;
    redis.line(Line::Cut);
    bank.set(&[(SICK, "OK")]);
    let callback = t.callback(&bank);
    let answer = t.one.send(&callback).await;
    redis.line(Line::Whole);
    answer?;
    taken_again(t).await?;
    t.one.advance(61).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn redis_gone_opens(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(WELL, "OK")]);
    t.notify(&bank).await?;
    t.stays_closed(&bank, WELL).await?;
    let redis = t.redis()?;
    redis.line(Line::Cut);
    let opened = match t.one.advance(DOWN).await {
        Ok(()) => opens(&t.one, &bank, WELL).await,
        failed => failed,
    };
    redis.line(Line::Whole);
    opened?;
    t.one.advance(SOON).await?;
    closes(&t.one, &bank, WELL).await
}

/// The idle poll reads the list: from then on the monitor is known, whatever Redis holds. After the loss the truth is another one, so
/// that only a read that began afterwards can show it.
pub(super) async fn redis_flushed(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.bank(&[(SICK, "Alert"), (WELL, "OK")]);
    bank.list();
    t.notify(&bank).await?;
    opens(&t.one, &bank, SICK).await?;
    bank.set(&[(SICK, "Alert"), (WELL, "Alert")]);
    t.one.advance(IDLE).await?;
    opens(&t.one, &bank, WELL).await?;
    bank.set(&[(SICK, "Alert"), (WELL, "OK")]);
    t.redis()?.clear().await?;
    t.one.advance(SOON).await?;
    closes(&t.one, &bank, WELL).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn a_restart(t: &mut Trial<'_>) -> Verdict {
    let bank = t.open_bank(SICK).await?;
    bank.fault(Some(Fault::Status(500)));
    t.one.kill().await;
    let next = t.another().await?;
    opens(&next, &bank, SICK).await
}

pub(super) async fn a_crash_during_a_read(t: &mut Trial<'_>) -> Verdict {
    // Nobody lists it, and nobody has heard of it: only the callback can tell the next instance.
    let bank = t.bank(&[(SICK, "Alert")]);
    let callback = t.callback(&bank);
    let (held, before) = (bank.hold(), bank.reads());
    // The answer never comes; the callback counts from the moment in which its read began.
    let began = tokio::select! {
        answer = t.one.send(&callback) => return Err(Failure(format!("answered before the read: {answer:?}"))),
        began = t.read_again(&bank, before) => began,
    };
    began?;
    t.one.kill().await;
    held.release();
    t.one = t.another().await?;
    t.one.advance(SOON).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn the_poller_dies(t: &mut Trial<'_>) -> Verdict {
    let two = t.another().await?;
    let mut bank = t.open_bank(SICK).await?;
    opens(&two, &bank, SICK).await?;
    bank.set(&[(SICK, "OK")]);
    t.one.kill().await;
    two.advance(121).await?;
    closes(&two, &bank, SICK).await
}
