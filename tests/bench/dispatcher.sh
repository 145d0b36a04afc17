#!/usr/bin/env bash
# `make bench-dispatcher`: builds the release `bootstrap` and its twin in Go as their users would, then measures both.
# STARTS (default 41), RUNS (5) and EVENTS (2000) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
command -v go >/dev/null || { echo "there is no Go to build the twin with: install golang 1.26 or later"; exit 1; }

machine=$(uname -m)
[ "$machine" != aarch64 ] || machine=arm64
bash dispatcher/build.sh "$machine"
(cd tests/bench/go-twin && CGO_ENABLED=0 go build -tags lambda.norpc -ldflags '-s -w' -o "$target/bench/go-twin" .)
cargo build --release --workspace --locked --bin cb-bench-dispatcher
"$target/release/cb-bench-dispatcher" "$target/lambda/$machine/bootstrap" "$target/bench/go-twin"
