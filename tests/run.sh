#!/usr/bin/env bash
# `make test`: every suite as a stage, with the seconds it took. It stops at the first that fails.
# A suite whose tool is missing prints SKIPPED with the line that installs it; with CI=1 that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_BUILD_JOBS="${CARGO_BUILD_JOBS:-2}"
# The target folder that all generated Rust shares.
export CB_STUB_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/generated"
summary=()

stage() {
  local name=$1 start=$SECONDS
  shift
  echo "=== stage $name: $*"
  "$@"
  summary+=("stage $name: $((SECONDS - start)) s")
  echo "=== ${summary[-1]}"
}

# Always the whole workspace, filtered: another selection of packages has other features, and would build all again.
stage build cargo build --workspace --all-targets --locked
stage unit cargo test --workspace --locked -- --skip stories::
stage generated env CB_BUILD_GENERATED=1 cargo test --workspace --test 'generated_*' --locked -- --nocapture
stage page env CB_PAGE=1 cargo test --workspace --test page --locked -- --nocapture
stage go-acceptance env CB_GO_ACCEPTANCE=1 cargo test --workspace --test go_acceptance --locked -- --nocapture
stage simulate env CB_SCHEDULES="${CB_SCHEDULES:-1000}" bash tests/simulate.sh
stage conformance bash tests/conformance.sh
stage stories cargo test --workspace --test stories --locked
stage aws-module bash tests/aws/module.sh
stage ministack bash tests/aws/ministack.sh

printf '%s\n' "--- all stages passed" "${summary[@]}" "--- total: $SECONDS s"
