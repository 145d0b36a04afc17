#!/usr/bin/env bash
# `make conformance`: each language's scaffold, with each store, through every case of `cb-gen verify`; then mutants of the Rust one.
# Two mutants by default, with CB_MUTANTS=1 all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
export CB_STUB_TARGET_DIR="${CB_STUB_TARGET_DIR:-${CARGO_TARGET_DIR:-$PWD/target}/generated}"
CB_VERIFY=1 cargo test --workspace --test conformance --locked -- --nocapture
