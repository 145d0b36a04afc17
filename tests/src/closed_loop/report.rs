//! Both runs side by side, as text.

use super::record::{Record, Tick};
use super::traffic::{LENGTH, OUTAGE, SICK};

/// A line a minute, then the numbers.
#[must_use]
pub fn summary(with: &Record, without: &Record) -> String {
    let mut text = format!("{:<8}{:<34}WITHOUT\n", "", "WITH THE BREAKER");
    text += &format!(
        "{:<8}{:<10}{:<12}{:<12}{:<14}{}\n",
        "MINUTE", "BREAKER", "ERRORS", "OTHERS", "ERRORS", "OTHERS"
    );
    for minute in 0..LENGTH / 60 {
        let range = minute * 60..(minute + 1) * 60;
        let of = |record: &Record| -> Vec<Tick> {
            record
                .ticks
                .iter()
                .filter(|t| range.contains(&t.second))
                .cloned()
                .collect()
        };
        let open = of(with)
            .iter()
            .filter(|tick| tick.open.contains(&SICK))
            .count();
        let state = match open {
            0 => "closed",
            60 => "open",
            _ => "changes",
        };
        let good = |record: &Record| format!("{:.1} %", record.goodput(range.clone()) * 100.0);
        text += &format!(
            "{minute:<8}{state:<10}{:<12}{:<12}{:<14}{}\n",
            errors(&of(with)),
            good(with),
            errors(&of(without)),
            good(without)
        );
    }
    text + &numbers(with, without)
}

/// The share of the sick bank's answers that are timeouts.
fn errors(ticks: &[Tick]) -> String {
    let failed: u64 = ticks.iter().map(|tick| tick.sick.failed).sum();
    let all: u64 = ticks
        .iter()
        .map(|tick| tick.sick.failed + tick.sick.ok)
        .sum();
    if all == 0 {
        "none".to_owned()
    } else {
        format!("{:.0} %", failed as f64 * 100.0 / all as f64)
    }
}

fn numbers(with: &Record, without: &Record) -> String {
    let percent = |record: &Record| format!("{:.2} %", record.goodput(0..LENGTH) * 100.0);
    let moments = with
        .open()
        .map_or("never opened".to_owned(), |(opened, closed)| {
            format!(
                "opened {} s after the bank's failure, closed {} s after its recovery",
                opened - OUTAGE.start,
                closed.saturating_sub(OUTAGE.end)
            )
        });
    format!(
        "\nbank_code:{SICK:04}: {moments}; {} probes came back meanwhile; other breakers that opened: {}\n\
         goodput of the other nine banks: {} with the breaker, {} without\n\
         calls that timed out: {} with the breaker, {} without\n",
        with.fed(),
        with.others_open().len(),
        percent(with),
        percent(without),
        with.timeouts(),
        without.timeouts()
    )
}
