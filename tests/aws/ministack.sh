#!/usr/bin/env bash
# The stage ministack: examples/sam on an emulator of AWS, with the `bootstrap` that `make lambda` builds and the service
# that cb-gen wrote (examples/stubs/rust). See ministack.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/aws/tools.sh
python_tools ministack

machine=$(uname -m)
[ "$machine" != aarch64 ] || machine=arm64
generated=${CB_STUB_TARGET_DIR:-$target/generated}
bash dispatcher/build.sh "$machine"
CARGO_TARGET_DIR=$generated cargo build --locked --manifest-path examples/stubs/rust/Cargo.toml
"$venv/bin/python" tests/aws/ministack.py \
  "$target/lambda/$machine/bootstrap.zip" "$target/debug/cb-sandbox" "$generated/debug/funds" "$target/debug/cb-dispatch"
