//! Who is believed: signatures good, bad, old, absent and in rotation.

use super::super::callback::{NEW_KEY, OLD_KEY, STRANGE_KEY, Signed};
use super::super::error::{Verdict, expect};
use super::super::trial::Trial;

pub(super) async fn good_signature(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    t.notify(&bank).await?;
    expect(bank.reads() > 0, || {
        "answered 200 without reading the monitor".to_owned()
    })
}

pub(super) async fn rotated_signature(t: &mut Trial<'_>) -> Verdict {
    let both = "whsec_Y2ItZ2VuIHZlcmlmeTogYSBzdHJhbmdlIGtleS4= whsec_Y2ItZ2VuIHZlcmlmeTogdGhlIG9sZCBrZXkuLi4=";
    for keys in [OLD_KEY, NEW_KEY, both] {
        let bank = t.bank(&[("*", "OK")]);
        let mut callback = t.callback(&bank);
        callback.signed = Signed::By(keys);
        t.one.answers(&callback, 200).await?;
    }
    Ok(())
}

pub(super) async fn bad_signature(t: &mut Trial<'_>) -> Verdict {
    refused(t, Signed::By(STRANGE_KEY), 0).await
}

pub(super) async fn no_signature(t: &mut Trial<'_>) -> Verdict {
    refused(t, Signed::Header(None), 0).await
}

pub(super) async fn empty_signature(t: &mut Trial<'_>) -> Verdict {
    for text in [
        "",
        "v1,",
        "v1",
        "v2,AAAA",
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        "v1,AAAA v1,BBBB",
    ] {
        refused(t, Signed::Header(Some(text.to_owned())), 0).await?;
    }
    Ok(())
}

pub(super) async fn changed_body(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let mut callback = t.callback(&bank);
    callback.tail = " ";
    t.refuses(&callback, &bank, 401).await
}

pub(super) async fn old_signature(t: &mut Trial<'_>) -> Verdict {
    refused(t, Signed::By(NEW_KEY), 600).await
}

pub(super) async fn future_signature(t: &mut Trial<'_>) -> Verdict {
    refused(t, Signed::By(NEW_KEY), -600).await
}

async fn refused(t: &mut Trial<'_>, signed: Signed, age_s: i64) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    let mut callback = t.callback(&bank);
    (callback.signed, callback.age_s) = (signed, age_s);
    t.refuses(&callback, &bank, 401).await
}
