//! The loop closes, over real processes.

use tests::closed_loop::{summary, with_breaker, without_breaker};

#[test]
fn a_sick_bank_trips_its_own_breaker_alone_and_its_recovery_closes_it() -> anyhow::Result<()> {
    let (with, without) = (with_breaker()?, without_breaker()?);
    println!("{}", summary(&with, &without));
    with.check()?;
    assert!(
        without.check().is_err(),
        "a service without a breaker keeps these promises too: they show nothing"
    );
    Ok(())
}
