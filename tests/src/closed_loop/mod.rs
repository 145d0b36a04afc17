//! `make demo-loop`: the loop closes. A bank fails; its errors reach a monitor that evaluates; the monitor trips the breaker; the probes
//! keep the monitor fed; the bank's recovery closes the breaker. The same traffic without a breaker is shown beside it.

mod report;
mod picture;
mod guarded;
mod record;
mod traffic;

use crate::tools;
use anyhow::Context;

pub use guarded::with_breaker;
pub use record::Record;
pub use report::summary;
pub use traffic::without_breaker;

/// Runs both, prints what was seen, and draws `docs/closed-loop.svg`.
///
/// # Errors
/// When a part does not start, or a promise of the loop is not kept.
pub fn run() -> anyhow::Result<()> {
    println!(
        "ten banks; bank_code:0003 hangs from minute 2 to minute 10; one evaluation a minute\n"
    );
    let (with, without) = (with_breaker()?, without_breaker()?);
    println!("{}", summary(&with, &without));
    let file = tools::repository().join("docs/closed-loop.svg");
    std::fs::write(&file, picture::draw(&with, &without)).context("write the picture")?;
    println!("picture: docs/closed-loop.svg");
    with.check()
}
