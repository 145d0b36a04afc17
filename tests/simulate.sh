#!/usr/bin/env bash
# `make simulate`: seeded schedules of faults against the scaffold's own code, then each mutant until a schedule shows it.
# CB_SCHEDULES says how many (10,000); a schedule that fails is printed and saved for `cb-simulate --replay FILE`.
set -euo pipefail
cd "$(dirname "$0")/simulate"
export CARGO_TARGET_DIR="${CB_STUB_TARGET_DIR:-${CARGO_TARGET_DIR:-$PWD/../../target}/generated}"
cargo test --locked
cargo run --locked --quiet -- --schedules "${CB_SCHEDULES:-10000}" --mutants --save "$CARGO_TARGET_DIR/simulate"
