//! Both runs as a picture: errors, thresholds and breaker above, the other banks' goodput below. Plain SVG for light and dark pages.

use super::record::{Record, Tick};
use super::traffic::{LENGTH, OUTAGE, SICK};
use std::fmt::Write;

const LEFT: f64 = 60.0;
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 130.0;
const UPPER: f64 = 60.0;
const LOWER: f64 = 272.0;

const STYLE: &str = "<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f } .small { font-size: 11px; fill: #57606a }
  .axis { stroke: #8c959f; stroke-width: 1; fill: none } .grid { stroke: #8c959f; stroke-width: .5; stroke-dasharray: 3 4 }
  .outage { fill: #cf222e; opacity: .08 } .open { fill: #cf222e; opacity: .75 } .closed { fill: #1a7f37; opacity: .75 }
  .errors { stroke: #cf222e } .with { stroke: #1a7f37 } .without { stroke: #9a6700; stroke-dasharray: 6 3 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .small { fill: #9198a1 } .errors { stroke: #ff7b72 } .with { stroke: #3fb950 }
    .without { stroke: #d29922 } .open { fill: #ff7b72 } .closed { fill: #3fb950 } .outage { fill: #ff7b72; opacity: .14 } }
</style>";

/// The SVG document.
pub(super) fn draw(with: &Record, without: &Record) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 890 465\" role=\"img\" aria-label=\"A bank hangs for eight minutes: with the \
         breaker the other nine are unharmed, without it they fail too\">\n{STYLE}\n"
    );
    frame(
        &mut svg,
        UPPER,
        &format!("bank_code:{SICK:04}: share of calls that time out, as its monitor sees it"),
    );
    let threshold = y(UPPER, 0.5);
    let _ = writeln!(
        svg,
        "<path class=\"grid\" d=\"M{LEFT} {threshold:.1}h{WIDTH}\"/><text class=\"small\" x=\"{:.0}\" y=\"{threshold:.1}\">alert</text>",
        LEFT + WIDTH + 6.0
    );
    path(&mut svg, "errors", UPPER, &by_step(with, errors));
    band(&mut svg, with);
    frame(
        &mut svg,
        LOWER,
        "the other nine banks: share of calls that are well",
    );
    path(&mut svg, "without", LOWER, &by_step(without, others));
    path(&mut svg, "with", LOWER, &by_step(with, others));
    legend(&mut svg);
    svg + "</svg>\n"
}

fn x(second: f64) -> f64 {
    LEFT + WIDTH * second / LENGTH as f64
}

fn y(top: f64, share: f64) -> f64 {
    top + HEIGHT * (1.0 - share)
}

fn frame(svg: &mut String, top: f64, title: &str) {
    let (from, to) = (x(OUTAGE.start as f64), x(OUTAGE.end as f64));
    let bottom = top + HEIGHT;
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.0}\">{title}</text>",
        top - 12.0
    );
    let _ = writeln!(
        svg,
        "<rect class=\"outage\" x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{HEIGHT}\"/>",
        to - from
    );
    let _ = writeln!(
        svg,
        "<path class=\"axis\" d=\"M{LEFT} {top}V{bottom}H{}\"/>",
        LEFT + WIDTH
    );
    for (label, share) in [("100 %", 1.0), ("50 %", 0.5), ("0 %", 0.0)] {
        let _ = writeln!(
            svg,
            "<text class=\"small\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 6.0,
            y(top, share) + 4.0
        );
    }
    for minute in (0..=LENGTH / 60).step_by(2) {
        let at = x(minute as f64 * 60.0);
        let _ = writeln!(
            svg,
            "<text class=\"small\" x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{minute} min</text>",
            bottom + 32.0
        );
    }
}

/// The breaker's state below the upper plot.
fn band(svg: &mut String, record: &Record) {
    let top = UPPER + HEIGHT + 5.0;
    for run in record
        .ticks
        .chunk_by(|a, b| a.open.contains(&SICK) == b.open.contains(&SICK))
    {
        let class = if run[0].open.contains(&SICK) {
            "open"
        } else {
            "closed"
        };
        let (from, to) = (
            x(run[0].second as f64),
            x((run[0].second + run.len() as u64) as f64),
        );
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"9\"><title>breaker {class}</title></rect>",
            to - from
        );
    }
    let _ = writeln!(
        svg,
        "<text class=\"small\" x=\"{:.0}\" y=\"{:.0}\">breaker</text>",
        LEFT + WIDTH + 6.0,
        top + 9.0
    );
}

/// A value for each ten seconds; none where nothing was measured.
fn by_step(record: &Record, value: fn(&[Tick]) -> Option<f64>) -> Vec<(f64, f64)> {
    let steps = record.ticks.chunks(10);
    steps
        .filter_map(|ticks| Some((x(ticks[0].second as f64 + 5.0), value(ticks)?)))
        .collect()
}

fn errors(ticks: &[Tick]) -> Option<f64> {
    let failed: u64 = ticks.iter().map(|tick| tick.sick.failed).sum();
    let all: u64 = ticks
        .iter()
        .map(|tick| tick.sick.failed + tick.sick.ok)
        .sum();
    (all > 0).then(|| failed as f64 / all as f64)
}

fn others(ticks: &[Tick]) -> Option<f64> {
    Some(ticks.iter().map(|tick| tick.others).sum::<f64>() / ticks.len() as f64)
}

fn path(svg: &mut String, class: &str, top: f64, points: &[(f64, f64)]) {
    let mut line = String::new();
    for (i, (at, share)) in points.iter().enumerate() {
        let _ = write!(
            line,
            "{}{at:.1} {:.1}",
            if i == 0 { 'M' } else { 'L' },
            y(top, *share)
        );
    }
    let _ = writeln!(svg, "<path class=\"line {class}\" d=\"{line}\"/>");
}

fn legend(svg: &mut String) {
    for (i, (class, label)) in [
        ("with", "with the breaker"),
        ("without", "without"),
        ("errors", "calls that time out"),
    ]
    .iter()
    .enumerate()
    {
        let at = LEFT + 190.0 * i as f64;
        let _ = writeln!(
            svg,
            "<path class=\"line {class}\" d=\"M{at} 454h28\"/><text class=\"small\" x=\"{:.0}\" y=\"458\">{label}</text>",
            at + 34.0
        );
    }
}
