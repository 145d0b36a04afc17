//! The real terraform binary, which finds our provider in a filesystem mirror.

use crate::sandbox::{self, Sandbox};
use crate::{tools, wait};
use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A working folder with a configuration.
#[derive(Debug)]
pub struct Terraform {
    folder: TempDir,
    cli_config: PathBuf,
    environment: Vec<(String, String)>,
}

/// A provider's program, and where Terraform's mirror has it.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// `HOST/NAMESPACE/TYPE`.
    pub address: &'static str,
    /// Such as `4.19.0`.
    pub version: String,
    /// The program itself.
    pub program: PathBuf,
}

impl Plugin {
    /// The provider of this build.
    ///
    /// # Errors
    /// When it is not built.
    pub fn ours() -> anyhow::Result<Self> {
        Ok(Self {
            address: "registry.terraform.io/circuitbreaker/circuitbreaker",
            version: env!("CARGO_PKG_VERSION").to_owned(),
            program: tools::program("terraform-provider-circuitbreaker")?,
        })
    }

    /// Lays the program where Terraform looks for it: `HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/`.
    fn link_into(&self, mirror: &Path) -> anyhow::Result<()> {
        let os = if cfg!(target_os = "macos") {
            "darwin"
        } else {
            std::env::consts::OS
        };
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let folder = mirror
            .join(self.address)
            .join(&self.version)
            .join(format!("{os}_{arch}"));
        std::fs::create_dir_all(&folder).context("make the mirror")?;
        let kind = self.address.rsplit('/').next().unwrap_or_default();
        let name = format!("terraform-provider-{kind}_v{}", self.version);
        std::os::unix::fs::symlink(&self.program, folder.join(name)).context("link the provider")
    }
}

/// What a run of terraform printed.
#[derive(Debug)]
pub struct Output {
    /// The exit code; `plan -detailed-exitcode` gives 2 for changes.
    pub code: i32,
    /// Both streams, without colours.
    pub text: String,
}

impl Output {
    fn of(output: &std::process::Output) -> Self {
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Self {
            code: output.status.code().unwrap_or(-1),
            text,
        }
    }
}

impl Terraform {
    /// A folder with the configuration and the tests of `example` (a path below the repository), and a mirror that holds
    /// the provider of this build.
    ///
    /// # Errors
    /// When the provider is not built or the folder cannot be written.
    pub fn from_example(example: &str) -> anyhow::Result<Self> {
        let terraform = Self::empty(&Plugin::ours()?)?;
        copy(&tools::repository().join(example), terraform.folder.path())?;
        Ok(terraform)
    }

    /// A folder with `main.tf` only.
    ///
    /// # Errors
    /// As [`Terraform::from_example`].
    pub fn from_text(main: &str) -> anyhow::Result<Self> {
        Self::with_plugin(main, &Plugin::ours()?)
    }

    /// A folder with `main.tf` only, and another provider in the mirror.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn with_plugin(main: &str, plugin: &Plugin) -> anyhow::Result<Self> {
        let terraform = Self::empty(plugin)?;
        terraform.write("main.tf", main)?;
        Ok(terraform)
    }

    fn empty(plugin: &Plugin) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("a folder for terraform")?;
        let mirror = folder.path().join(".mirror");
        plugin.link_into(&mirror)?;
        let cli_config = folder.path().join(".terraformrc");
        let text = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            mirror.display()
        );
        std::fs::write(&cli_config, text)?;
        Ok(Self {
            folder,
            cli_config,
            environment: Vec::new(),
        })
    }

    /// Lays a further provider into the mirror.
    ///
    /// # Errors
    /// When it cannot be linked.
    pub fn add(&self, plugin: &Plugin) -> anyhow::Result<()> {
        plugin.link_into(&self.folder.path().join(".mirror"))
    }

    /// Writes a file of the configuration, whose folders are made as needed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
        std::fs::write(&path, text).with_context(|| format!("write {name}"))
    }

    /// Reads a file of the configuration.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(&self, name: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(self.folder.path().join(name)).with_context(|| name.to_owned())
    }

    /// Where the file `name` of the folder is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives the configuration the keys and the address of a sandbox.
    pub fn point(&mut self, sandbox: &Sandbox) {
        self.env("DD_API_KEY", sandbox::API_KEY);
        self.env("DD_APP_KEY", sandbox::APP_KEY);
        self.env("DD_HOST", sandbox.url());
    }

    /// Sets an environment variable of each later run.
    pub fn env(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Runs terraform, whatever its exit code.
    ///
    /// # Errors
    /// When terraform cannot be started.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let output = self.command(arguments).output();
        Ok(Output::of(&output.context("start terraform")?))
    }

    /// Runs terraform, and interrupts it, as Ctrl-C does, once `reached`.
    ///
    /// # Errors
    /// When terraform cannot be started, or ends or waits without reaching that.
    pub fn interrupt(
        &self,
        arguments: &[&str],
        mut reached: impl FnMut() -> bool,
    ) -> anyhow::Result<Output> {
        let mut command = self.command(arguments);
        let mut running = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("start terraform")?;
        wait::until("terraform to get there", || {
            (reached() || !matches!(running.try_wait(), Ok(None))).then_some(())
        })?;
        let id = i32::try_from(running.id()).context("a process id")?;
        kill(Pid::from_raw(id), Signal::SIGINT).context("interrupt terraform")?;
        Ok(Output::of(&running.wait_with_output()?))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .arg(format!("-chdir={}", self.folder.path().display()))
            .args(arguments);
        if !matches!(arguments, ["output" | "import" | "state" | "show", ..]) {
            command.arg("-no-color");
        }
        for name in [
            "DD_API_KEY",
            "DD_APP_KEY",
            "DD_SITE",
            "DD_HOST",
            "TF_PLUGIN_CACHE_DIR",
        ] {
            command.env_remove(name);
        }
        command
            .env("TF_CLI_CONFIG_FILE", &self.cli_config)
            .env("CHECKPOINT_DISABLE", "1");
        command
            .env("TF_IN_AUTOMATION", "1")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Runs terraform, which must succeed, and returns what it printed.
    ///
    /// # Errors
    /// With the output, when it fails.
    pub fn must(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.run(arguments)?;
        if output.code != 0 {
            bail!(
                "terraform {arguments:?} ended with {}:\n{}",
                output.code,
                output.text
            );
        }
        Ok(output.text)
    }

    /// `init`, then `apply`.
    ///
    /// # Errors
    /// With the output, when one fails.
    pub fn apply(&self) -> anyhow::Result<String> {
        self.must(&["init", "-input=false"])?;
        self.must(&["apply", "-input=false", "-auto-approve"])
    }

    /// The exit code of `plan -detailed-exitcode`: 0 nothing to do, 2 changes; and what it printed.
    ///
    /// # Errors
    /// When the plan itself fails.
    pub fn plan(&self) -> anyhow::Result<Output> {
        let output = self.run(&["plan", "-input=false", "-detailed-exitcode"])?;
        if output.code == 1 {
            bail!("terraform plan failed:\n{}", output.text);
        }
        Ok(output)
    }

    /// The value of an output.
    ///
    /// # Errors
    /// When there is none.
    pub fn output(&self, name: &str) -> anyhow::Result<String> {
        Ok(self.must(&["output", "-raw", name])?.trim().to_owned())
    }
}

/// Copies a configuration and its tests with the modules below it, and leaves what terraform has put there.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| format!("read {}", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().context("a file name")?;
        let (text, to) = (name.to_string_lossy(), to.join(name));
        if text.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            std::fs::create_dir_all(&to)?;
            copy(&path, &to)?;
        } else if text.ends_with(".tf") || text.ends_with(".tftest.hcl") {
            std::fs::copy(&path, &to)?;
        }
    }
    Ok(())
}
