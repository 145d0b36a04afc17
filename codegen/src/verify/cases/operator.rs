//! What operators see and do: overrides, `/breakers`, metrics, the end. No secret on the way.

use serde_json::json;

use super::super::bank::{SICK, WELL};
use super::super::callback::{NEW_KEY, OLD_KEY};
use super::super::error::{Verdict, expect};
use super::super::fake::{API_KEY, APP_KEY, Fault};
use super::super::stage::ADMIN_TOKEN;
use super::super::trial::{Trial, closes, forced, opens};

async fn set(t: &Trial<'_>, breaker: &str, body: serde_json::Value) -> Verdict {
    let answer = t.one.set_override(breaker, &body, false).await?;
    expect(answer.status == 200, || {
        format!("{body}: answered {} {}", answer.status, answer.text)
    })
}

pub(super) async fn an_override_wins(t: &mut Trial<'_>) -> Verdict {
    let mut bank = t.open_bank(SICK).await?;
    set(t, &bank.breaker, forced("force_closed")).await?;
    closes(&t.one, &bank, SICK).await?;
    set(t, &bank.breaker, forced("clear")).await?;
    opens(&t.one, &bank, SICK).await?;
    bank.set(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    closes(&t.one, &bank, SICK).await?;
    set(t, &bank.breaker, forced("force_open")).await?;
    opens(&t.one, &bank, SICK).await?;
    t.notify(&bank).await?;
    t.stays_open(&bank, SICK).await?;
    set(t, &bank.breaker, forced("clear")).await?;
    closes(&t.one, &bank, SICK).await
}

pub(super) async fn an_override_ends(t: &mut Trial<'_>) -> Verdict {
    let bank = t.open_bank(SICK).await?;
    set(t, &bank.breaker, forced("force_closed")).await?;
    closes(&t.one, &bank, SICK).await?;
    t.one.advance(540).await?;
    t.stays_closed(&bank, SICK).await?;
    t.one.advance(61).await?;
    opens(&t.one, &bank, SICK).await
}

pub(super) async fn an_override_of_a_group(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "OK"), (WELL, "OK")]);
    t.notify(&bank).await?;
    let mut one_group = forced("force_open");
    one_group["group"] = json!(SICK);
    set(t, &bank.breaker, one_group).await?;
    opens(&t.one, &bank, SICK).await?;
    t.stays_closed(&bank, WELL).await
}

pub(super) async fn an_override_has_an_owner(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    let changes = [
        ("actor", json!(" ")),
        ("reason", json!("")),
        ("ttl_s", json!(0)),
        ("mode", json!("open_sesame")),
    ];
    for (field, value) in changes {
        let mut body = forced("force_open");
        body[field] = value;
        let answer = t.one.set_override(&bank.breaker, &body, false).await?;
        expect([400, 422].contains(&answer.status), || {
            format!("{body}: answered {} {}", answer.status, answer.text)
        })?;
    }
    t.stays_closed(&bank, SICK).await
}

pub(super) async fn an_override_needs_the_token(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "OK")]);
    t.notify(&bank).await?;
    let answer = t
        .one
        .set_override(&bank.breaker, &forced("force_open"), true)
        .await?;
    expect(answer.status == 401, || {
        format!("answered {}, not 401", answer.status)
    })?;
    t.stays_closed(&bank, SICK).await
}

pub(super) async fn breakers_are_shown(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[(SICK, "Alert")]);
    t.notify(&bank).await?;
    let shown = async || {
        let answer = t.one.get("/breakers").await?;
        let open =
            answer.text.contains(&format!("{:?}", bank.breaker)) && answer.text.contains(SICK);
        Ok((answer.status == 200 && !answer.json().is_null() && open).then_some(()))
    };
    t.one
        .until("`/breakers` names the breaker and its group", shown)
        .await?;
    let answer = t.one.get_anonymously("/breakers").await?;
    expect(answer.status == 401, || {
        format!("without the token: {}", answer.status)
    })
}

pub(super) async fn metrics_are_shown(t: &mut Trial<'_>) -> Verdict {
    let ready = async || Ok((t.one.get_anonymously("/readyz").await?.status == 200).then_some(()));
    t.one.until("`/readyz` is ready", ready).await?;
    let answer = t.one.get_anonymously("/metrics").await?;
    let samples = answer
        .text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let number = |line: &str| {
        line.rsplit(' ')
            .next()
            .is_some_and(|value| value.parse::<f64>().is_ok())
    };
    let wrong: Vec<_> = samples.clone().filter(|line| !number(line)).collect();
    let fine = answer.status == 200 && samples.count() > 0 && wrong.is_empty();
    expect(fine, || {
        format!("/metrics: {}, and no samples are {wrong:?}", answer.status)
    })
}

pub(super) async fn secrets_are_never_printed(t: &mut Trial<'_>) -> Verdict {
    let bank = t.bank(&[("*", "OK")]);
    t.notify(&bank).await?;
    bank.fault(Some(Fault::Status(403)));
    let callback = t.callback(&bank);
    let mut seen = t.one.send(&callback).await?.text;
    for path in ["/breakers", "/metrics", "/no-such-path"] {
        seen += &t.one.get(path).await?.text;
    }
    seen += &t.one.log().join("\n");
    let secrets = [API_KEY, APP_KEY, OLD_KEY, NEW_KEY, ADMIN_TOKEN];
    let told = secrets.iter().find(|secret| seen.contains(**secret));
    expect(told.is_none(), || {
        format!("`{}` was printed", told.unwrap_or(&""))
    })
}

pub(super) async fn sigterm(t: &mut Trial<'_>) -> Verdict {
    t.settle_reads().await?;
    expect(t.one.stop().await, || "it goes on after SIGTERM".to_owned())
}
