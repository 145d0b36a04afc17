#!/usr/bin/env bash
# `make bench-codegen`: what cb-gen and its scaffolds cost. PARTS (default `scaffold guard load`), LANGS (default: all), RUNS (21),
# RATE (200), SECONDS_OF_LOAD (60), MONITORS (10) and GROUPS_EACH (20) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
parts=${PARTS:-scaffold guard load}
export CB_STUB_TARGET_DIR=${CB_STUB_TARGET_DIR:-$target/generated}

if [[ " $parts " == *" scaffold "* ]]; then
  export CB_BENCH_PEERS=$target/bench/peers
  [ -x "$CB_BENCH_PEERS/bin/python" ] || python3 -m venv "$CB_BENCH_PEERS"
  "$CB_BENCH_PEERS/bin/pip" install --quiet --disable-pip-version-check -r tests/bench/peers.txt
fi
# shellcheck disable=SC2086
cargo bench -p codegen --locked --bench cost -- $parts
