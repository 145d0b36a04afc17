#!/usr/bin/env bash
# Builds the Lambda's `bootstrap`: release, static, x86_64. It goes to TARGET/lambda/, with bootstrap.zip beside it if there is a `zip`.
# A C compiler is needed (for ring), and no musl one. Without the musl target it builds for this machine, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

goal=x86_64-unknown-linux-musl
target_dir=${CARGO_TARGET_DIR:-target}
out=$target_dir/lambda
sysroot=$(rustc --print sysroot)

if [ ! -d "$sysroot/lib/rustlib/$goal/lib" ]; then
    echo "adding the target $goal"
    rustup target add "$goal" || true
fi
if [ -d "$sysroot/lib/rustlib/$goal/lib" ]; then
    built=$target_dir/$goal/release/bootstrap
    flags=(--target "$goal")
    # ring's C needs no libc of its own: a plain compiler will do where there is no musl-gcc.
    if [ -z "${CC_x86_64_unknown_linux_musl:-}" ] && ! command -v musl-gcc >/dev/null; then
        export CC_x86_64_unknown_linux_musl=${CC:-cc}
    fi
else
    echo "no target $goal here: building for this machine, dynamically linked; Lambda may lack its libc" >&2
    built=$target_dir/release/bootstrap
    flags=()
fi

cargo build --release --locked -p dispatcher --bin bootstrap "${flags[@]}"
mkdir -p "$out"
cp "$built" "$out/bootstrap"
# A reader of the archive starts `bootstrap` as it stands in it: one file, executable, at its root.
if command -v zip >/dev/null; then
    (cd "$out" && rm -f bootstrap.zip && zip -q -X bootstrap.zip bootstrap)
fi
for file in "$out"/bootstrap "$out"/bootstrap.zip; do
    [ ! -e "$file" ] || echo "$file $(wc -c <"$file") bytes"
done
