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
    if let Err(reason) = go() {
        let install =
            "`apt-get install golang`, if that is Go 1.21 or later; else from https://go.dev/dl";
        tools::skip("go-acceptance", &format!("{reason:#}"), install);
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

/// From 1.21 on, Go fetches the version that `go.mod` names by itself.
const OLDEST: u32 = 21;

/// That Go is here, and not too old.
fn go() -> anyhow::Result<()> {
    tools::find("go")?;
    let output = Command::new("go").args(["env", "GOVERSION"]).output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let minor = version
        .strip_prefix("go1.")
        .and_then(|rest| rest.split('.').next()?.parse().ok());
    ensure!(
        minor.is_none_or(|minor: u32| minor >= OLDEST),
        "`{version}` is older than go1.{OLDEST}"
    );
    Ok(())
}
