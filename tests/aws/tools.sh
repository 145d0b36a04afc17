# Sourced by the stages here: where the Python environment is that install.sh makes.
# Without Python or its packages a stage prints SKIPPED and ends well; with CI=1 that is a failure.

target=${CARGO_TARGET_DIR:-$PWD/target}
venv=$target/aws/venv
wheels=$target/aws/wheels
export PYTHONDONTWRITEBYTECODE=1 # The source tree stays clean.

skip() {
  echo "SKIPPED $1: $2; to run it: $3"
  [ -z "${CI:-}" ] || exit 1
  exit 0
}

# Ends the stage when the environment is missing, or holds other versions.
python_tools() {
  local stage=$1 install="bash tests/aws/install.sh"
  command -v python3 >/dev/null || skip "$stage" "there is no Python" "install python3 and python3-venv, then $install"
  if ! cmp -s <(cat tests/aws/*requirements.txt) "$target/aws/installed"; then
    skip "$stage" "the Python packages of tests/aws/requirements.txt are not installed" "$install"
  fi
}
