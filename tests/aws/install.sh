#!/usr/bin/env bash
# Installs what tests/aws needs of Python into the build's own folder, and nothing anywhere else.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/aws/tools.sh

if ! cmp -s <(cat tests/aws/*requirements.txt) "$target/aws/installed"; then
  mkdir -p "$target/aws"
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/aws/requirements.txt
  rm -rf "$wheels"
  "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$wheels" \
    --requirement tests/aws/schema-requirements.txt
  cat tests/aws/*requirements.txt >"$target/aws/installed"
fi
