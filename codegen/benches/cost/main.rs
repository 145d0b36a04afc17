//! `make bench-codegen`: what `cb-gen` and what it writes cost, in three parts that can be named: `scaffold` beside two other tools,
//! `guard` in each language, `load` on two instances. It prints what it measured and judges nothing: clocks on shared machines lie.

mod load;
mod guard;
mod scaffold;
mod built;
mod redis;
mod settings;

use std::io;

type Part = (&'static str, fn() -> io::Result<()>);

const PARTS: &[Part] = &[
    ("scaffold", scaffold::run),
    ("guard", guard::run),
    ("load", load::run),
];

fn main() -> io::Result<()> {
    // `cargo bench` adds flags of its own.
    let named: Vec<_> = std::env::args().skip(1).collect();
    let named: Vec<_> = named.iter().filter(|name| !name.starts_with('-')).collect();
    if let Some(stranger) = named
        .iter()
        .find(|name| PARTS.iter().all(|part| part.0 != name.as_str()))
    {
        let parts: Vec<_> = PARTS.iter().map(|part| part.0).collect();
        let text = format!("there is no part `{stranger}`: {}", parts.join(", "));
        return Err(io::Error::other(text));
    }
    let asked = |part: &&Part| named.is_empty() || named.iter().any(|name| *name == part.0);
    PARTS.iter().filter(asked).try_for_each(|(name, run)| {
        println!("--- {name}");
        run()
    })
}
