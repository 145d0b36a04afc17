#!/usr/bin/env bash
# Builds the Lambda's `bootstrap`: release, static, for each architecture named (default: arm64 and x86_64).
# It goes to TARGET/lambda/ARCHITECTURE/ with bootstrap.zip beside it. EXTRA_CA=ca.pem packs that file too, as /var/task/ca.pem.
# ring has C in it: for this machine's architecture its own compiler will do; for the other, zig is the cross compiler, which
# with cargo-zigbuild comes from PyPI and stays in the build's folder.
set -euo pipefail
cd "$(dirname "$0")/.."
target_dir=${CARGO_TARGET_DIR:-$PWD/target}
tools=$target_dir/lambda/tools
pins="cargo-zigbuild==0.24.1 ziglang==0.17.1"
command -v python3 >/dev/null || { echo "there is no Python to pack with: install python3 and python3-venv" >&2; exit 1; }

cross_tools() {
  if [ "$(cat "$tools/installed" 2>/dev/null)" != "$pins" ]; then
    python3 -m venv --clear "$tools"
    # shellcheck disable=SC2086 # two packages
    "$tools/bin/pip" install --quiet --disable-pip-version-check $pins
    echo "$pins" >"$tools/installed"
  fi
  export PATH="$tools/bin:$PATH"
}

# One file, executable, at the root, and the same bytes for the same content: Terraform then sees no change.
pack() {
  python3 - "$1/bootstrap.zip" "$1/bootstrap:bootstrap:0755" ${EXTRA_CA:+"$EXTRA_CA:ca.pem:0644"} <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for source, name, mode in (argument.rsplit(":", 2) for argument in sys.argv[2:]):
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr, entry.compress_type = 3, (0o100000 | int(mode, 8)) << 16, zipfile.ZIP_DEFLATED
        with open(source, "rb") as file:
            archive.writestr(entry, file.read())
PYTHON
}

build() {
  local machine=$1 goal out=$target_dir/lambda/$1 command=zigbuild
  case $machine in
    arm64) goal=aarch64-unknown-linux-musl ;;
    x86_64) goal=x86_64-unknown-linux-musl ;;
    *) echo "\`$machine\` is no architecture of Lambda: write \`arm64\` or \`x86_64\`" >&2; exit 1 ;;
  esac
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$goal/lib" ]; then
    rustup target add "$goal"
  fi
  if [ "$(uname -s)-$(uname -m)" = "Linux-${goal%%-*}" ]; then
    command=build
    # ring's C needs no libc of its own: a plain compiler will do where there is no musl-gcc.
    local cc=CC_${goal//-/_}
    [ -n "${!cc:-}" ] || command -v musl-gcc >/dev/null || export "$cc=${CC:-cc}"
  else
    cross_tools
  fi
  cargo "$command" --profile lambda --locked -p dispatcher --bin bootstrap --target "$goal"
  mkdir -p "$out"
  cp "$target_dir/$goal/lambda/bootstrap" "$out/bootstrap"
  if command -v readelf >/dev/null && readelf --program-headers "$out/bootstrap" | grep -q INTERP; then
    echo "$out/bootstrap is not static: Lambda may lack its libc" >&2
    exit 1
  fi
  pack "$out"
  wc -c "$out/bootstrap" "$out/bootstrap.zip" | head -n 2
}

[ $# -gt 0 ] || set -- arm64 x86_64
for machine in "$@"; do build "$machine"; done
