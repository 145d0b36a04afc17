#!/usr/bin/env bash
# `make bless`: rewrites what the tests compare with. Read the difference before you commit it.
set -euo pipefail
cd "$(dirname "$0")/.."
CB_BLESS=1 cargo test -p codegen --locked
# The registry's pages: docs/index.md and docs/{resources,data-sources,functions}/.
CB_BLESS=1 cargo test -p provider --test docs --locked pages_are
git --no-pager diff --stat -- docs examples codegen/tests
