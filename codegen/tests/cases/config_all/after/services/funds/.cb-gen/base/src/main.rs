// SPDX-License-Identifier: Apache-2.0

//! {{ this is copied, not rendered }}

fn main() {}
