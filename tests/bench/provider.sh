#!/usr/bin/env bash
# `make bench-provider`: builds for release, then measures the provider beside Terraform's floor, and beside the peer
# where PEER names its binary. SIZES (default `1 100 1000`) and ROUNDS (default 3) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --workspace --locked
"${CARGO_TARGET_DIR:-target}/release/cb-bench-provider"
