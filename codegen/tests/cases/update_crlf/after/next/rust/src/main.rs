//! Newer.

fn main() {}
