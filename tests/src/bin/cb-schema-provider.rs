//! Another provider's schema, served to Terraform: `tests/aws/module.sh` uses it in place of hashicorp/aws.

use std::process::ExitCode;
use tests::schema_provider::SchemaProvider;

fn main() -> anyhow::Result<ExitCode> {
    let provider = SchemaProvider::from_environment()?;
    Ok(tfplugin::run(
        "registry.terraform.io/hashicorp/aws",
        provider,
    ))
}
