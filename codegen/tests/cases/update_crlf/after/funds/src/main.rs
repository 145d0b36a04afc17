//! Newer.

fn main() {}
// mine
