//! The provider under HashiCorp's own acceptance test harness, in Go: `tests/go-acceptance/`. It needs Go and, the first
//! time, the Go modules: it runs when `CB_GO_ACCEPTANCE=1`, as `make test` does in a stage of its own.

use anyhow::{Context, ensure};
use std::process::Command;
use tests::sandbox::{API_KEY, APP_KEY, Sandbox};
use tests::terraform::Terraform;
use tests::tools;

#[test]
fn the_provider_passes_the_go_acceptance_tests() -> anyhow::Result<()> {
    if std::env::var_os("CB_GO_ACCEPTANCE").is_none_or(|value| value != "1") {
        println!("left to the stage `go-acceptance` of `make test` (CB_GO_ACCEPTANCE=1)");
        return Ok(());
    }
    if !tools::on_path("go") {
        tools::skip(
            "go-acceptance",
            "`go` is not on the PATH",
            "install Go 1.21 or later, for example `apt-get install golang`; it fetches the version of go.mod itself",
        );
        return Ok(());
    }
    let sandbox = Sandbox::start(&[])?;
    // Its folder holds the mirror and the command line's configuration; Go's harness makes its own configurations.
    let mirror = Terraform::from_text("")?;
    let status = Command::new("go")
        .args(["test", "-count=1", "-v", "-timeout=5m", "./..."])
        .current_dir(tools::repository().join("tests/go-acceptance"))
        .env("TF_ACC", "1")
        .env("TF_ACC_TERRAFORM_PATH", tools::find("terraform")?)
        .env("TF_CLI_CONFIG_FILE", mirror.path(".terraformrc"))
        .env("DD_HOST", sandbox.url())
        .env("DD_API_KEY", API_KEY)
        .env("DD_APP_KEY", APP_KEY)
        .env_remove("DD_SITE")
        .env_remove("TF_PLUGIN_CACHE_DIR")
        .status()
        .context("start go")?;
    ensure!(status.success(), "go test ended with {status}");
    let left = sandbox.datadog().get("/api/v1/monitor")?.ok()?;
    assert_eq!(left, serde_json::json!([]), "monitors are left behind");
    Ok(())
}
