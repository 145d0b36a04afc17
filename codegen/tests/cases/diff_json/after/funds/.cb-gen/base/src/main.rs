//! {{ this is copied, not rendered }}

fn main() {}
