//! A use that is no breaker: the user's own reaction to a monitor, through `on_notification`.

use super::common::{SICK, monitor_body};
use tests::chain::{Chain, Store};
use tests::{service, wait};

#[test]
fn a_reaction_runs_for_a_real_alert_and_not_for_a_test_notification() -> anyhow::Result<()> {
    let program = service::build("reactions", |source| {
        let hooks = source.join("src/hooks.rs");
        let text = std::fs::read_to_string(&hooks)?;
        std::fs::write(&hooks, react(&text)?)?;
        Ok(())
    })?;
    let chain = Chain::start_program(program, Store::Best)?;
    let body = monitor_body("disk almost full", &chain.callback_url(), &["team:storage"]);
    let monitor = chain.sandbox.create_monitor(&body)?;
    chain.sandbox.test_notification(&monitor)?;
    chain.sandbox.wait_state(0, "delivered")?;
    chain.sandbox.set(&monitor, SICK, "Alert")?;
    chain.sandbox.wait_state(1, "delivered")?;
    let seen = wait::until("the reaction", || {
        let log = chain.service().ok()?.log();
        let seen: Vec<_> = log
            .into_iter()
            .filter(|line| line.starts_with("REACTION "))
            .collect();
        (!seen.is_empty()).then_some(seen)
    })?;
    assert_eq!(seen, [format!("REACTION {monitor} {SICK} test=false")]);
    Ok(())
}

/// The seeded file with one line more in `on_notification`, as its user would write it.
fn react(text: &str) -> anyhow::Result<String> {
    let place = "        tracing::info!(\n            monitor = monitor.id,";
    anyhow::ensure!(
        text.contains(place),
        "`on_notification` has changed:\n{text}"
    );
    let line = r#"println!("REACTION {} {} test={}", monitor.id, n.group.as_deref().unwrap_or("*"), n.test);"#;
    Ok(text.replace(place, &format!("        {line}\n{place}")))
}
