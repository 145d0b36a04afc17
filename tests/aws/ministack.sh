#!/usr/bin/env bash
# The stage ministack: examples/sam on an emulator of AWS, with the `bootstrap` that `make lambda` builds. See ministack.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/aws/tools.sh
python_tools ministack

machine=$(uname -m)
[ "$machine" != aarch64 ] || machine=arm64
bash dispatcher/build.sh "$machine"
"$venv/bin/python" tests/aws/ministack.py "$target/lambda/$machine/bootstrap.zip"
