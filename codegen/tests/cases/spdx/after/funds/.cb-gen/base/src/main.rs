// SPDX-License-Identifier: MIT

//! {{ this is copied, not rendered }}

fn main() {}
