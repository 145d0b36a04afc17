#!/usr/bin/env bash
# `make bench`: builds for release, then prints sizes and medians side by side in one run.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --workspace --locked
cargo run --quiet --release --locked -p tests --bin cb-bench
