#!/usr/bin/env bash
# The stage aws-module: examples/aws and examples/sam as far as they can be checked without an account.
# The binary of hashicorp/aws comes from no package registry, so that `cb-schema-provider` stands in for it with its schema
# (see docs/guides/deploying.md for what that proves); the provider of the project is the real one of this build.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/aws/tools.sh
python_tools aws-module
command -v terraform >/dev/null || skip aws-module "there is no terraform" "install Terraform 1.11 or later"

programs=$PWD/target/debug
[ -z "${CARGO_TARGET_DIR:-}" ] || programs=$CARGO_TARGET_DIR/debug
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TF_CLI_CONFIG_FILE=$work/terraformrc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 CB_SCHEMA=$work/schema.json
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/mirror" >"$TF_CLI_CONFIG_FILE"
platform=$(terraform version -json | "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["platform"])')
version=$("$venv/bin/python" -c 'import tomllib; print(tomllib.load(open("Cargo.toml", "rb"))["workspace"]["package"]["version"])')

# provide ADDRESS VERSION PROGRAM: lays a program where Terraform looks for providers.
provide() {
  local folder=$work/mirror/registry.terraform.io/$1/$2/$platform
  mkdir -p "$folder"
  ln -s "$programs/$3" "$folder/terraform-provider-${1#*/}_v$2"
}

cp -r examples/aws "$work/module"
provide hashicorp/aws 6.25.0 cb-schema-provider
provide circuitbreaker/circuitbreaker "$version" terraform-provider-circuitbreaker
"$venv/bin/python" tests/aws/schema.py "$wheels"/*.whl "$work"/module/*.tf >"$CB_SCHEMA"

terraform fmt -check -recursive examples/aws
for folder in module module/example; do
  echo "--- terraform validate: ${folder/module/examples/aws}"
  terraform -chdir="$work/$folder" init -no-color -input=false >"$work/init" || { cat "$work/init"; exit 1; }
  terraform -chdir="$work/$folder" validate -no-color
done

echo "--- a wrong attribute must not validate"
cp -r "$work/module" "$work/wrong"
sed -i 's/maximum_event_age_in_seconds/maximum_event_age/' "$work/wrong/function.tf"
if terraform -chdir="$work/wrong" validate -no-color >"$work/wrong.txt" 2>&1; then
  echo "the schema lets anything pass"
  exit 1
fi
grep -q 'An argument named "maximum_event_age" is not expected here' "$work/wrong.txt"

exec {sandbox}< <(exec "$programs/cb-sandbox" --port 0)
sandbox_pid=$!
trap 'kill "$sandbox_pid"; rm -rf "$work"' EXIT
read -r -u "$sandbox" line
export DD_HOST=${line#cb-sandbox listening on } DD_API_KEY=sandbox-api-key DD_APP_KEY=sandbox-app-key
cp tests/aws/monitor.tftest.hcl "$work/module/tests"

echo "--- terraform test"
terraform -chdir="$work/module" test -no-color

echo "--- a module with a hole must not pass"
# broken FILE SED: the tests of the whole must notice the change.
broken() {
  rm -rf "$work/wrong"
  cp -r "$work/module" "$work/wrong"
  sed -i "$2" "$work/wrong/$1"
  if cmp -s "$work/wrong/$1" "$work/module/$1" || ! terraform -chdir="$work/wrong" validate >/dev/null; then
    echo "no way to break $1: $2"
    exit 1
  elif terraform -chdir="$work/wrong" test -filter=tests/defaults.tftest.hcl >/dev/null 2>&1; then
    echo "no test notices $1: $2"
    exit 1
  fi
}
broken topic.tf 's/Principal = { AWS = var.datadog_role_arn }/Principal = { AWS = "*" }/'
broken topic.tf '/deadLetterTargetArn/d'
broken role.tf 's/Resource = aws_sqs_queue.dead_letters.arn/Resource = "*"/'

echo "--- checkov"
checkov() {
  "$venv/bin/checkov" --quiet --compact --skip-download --directory "$@" | tee "$work/checkov.txt"
  # It calls a file that it cannot read no failure.
  grep -q 'Passed checks: [1-9].*Parsing errors: 0\|Passed checks: [1-9][^P]*$' "$work/checkov.txt"
}
checkov examples/aws --framework terraform
checkov examples/sam --framework cloudformation

echo "--- cfn-lint"
"$venv/bin/cfn-lint" --non-zero-exit-code warning examples/sam/template.yaml
