//! The whole chain on this machine: sandbox (Datadog, SNS, Lambda), Redis, a scaffolded service.

use crate::redis::{self, Redis};
use crate::sandbox::{self, Sandbox};
use crate::service::{self, Answers, Service, Settings};
use crate::terraform::Terraform;
use crate::wait;
use anyhow::Context;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The signing key that dispatcher and service share: a made-up one.
pub const SIGNING_KEY: &str = "whsec_c2FuZGJveC1zaWduaW5nLWtleS1ub3Qtc2VjcmV0IQ==";
/// The breaker of `examples/quickstart`.
pub const BREAKER: &str = "bank";
/// How many calls a question to the guard stands for.
const CALLS: u64 = 200;

/// Which store the service keeps its state in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// A real Redis where it is installed, else the store in memory.
    Best,
    /// The store in memory.
    Memory,
}

/// The running parts.
#[derive(Debug)]
pub struct Chain {
    /// The service; `None` while it is down.
    pub service: Option<Service>,
    /// Datadog, SNS and the Lambda.
    pub sandbox: Sandbox,
    /// The store, if it is Redis.
    pub redis: Option<Redis>,
    settings: Settings,
}

impl Chain {
    /// Starts everything, with the scaffold of service `funds` as it is written.
    ///
    /// # Errors
    /// When a part does not start.
    pub fn start(store: Store) -> anyhow::Result<Self> {
        Self::start_program(funds()?, store)
    }

    /// Starts everything around the service whose program is given.
    ///
    /// # Errors
    /// When a part does not start.
    pub fn start_program(program: PathBuf, store: Store) -> anyhow::Result<Self> {
        let sandbox = Sandbox::start(&[
            ("CB_SIGNING_KEYS", SIGNING_KEY),
            ("CB_ALLOWED_HOSTS", "localhost:*"),
            ("CB_ALLOW_HTTP", "1"),
            ("CB_ALLOW_CIDRS", "127.0.0.0/8"),
        ])?;
        let redis = if store == Store::Best {
            Redis::start()?
        } else {
            None
        };
        let mut environment = vec![
            ("CB_DATADOG_URL".to_owned(), sandbox.url().to_owned()),
            ("DD_API_KEY".to_owned(), sandbox::API_KEY.to_owned()),
            ("DD_APP_KEY".to_owned(), sandbox::APP_KEY.to_owned()),
            ("CB_SIGNING_KEYS".to_owned(), SIGNING_KEY.to_owned()),
        ];
        if let Some(redis) = &redis {
            environment.push(("REDIS_URL".to_owned(), redis.url()));
        }
        let settings = Settings {
            program,
            port: redis::free_port()?,
            environment,
        };
        let service = Some(Service::start(&settings)?);
        Ok(Self {
            service,
            sandbox,
            redis,
            settings,
        })
    }

    /// The running service.
    ///
    /// # Errors
    /// While it is down.
    pub fn service(&self) -> anyhow::Result<&Service> {
        self.service.as_ref().context("the service is down")
    }

    /// Ends the service as a crash would.
    pub fn crash_service(&mut self) {
        if let Some(service) = self.service.take() {
            service.crash();
        }
    }

    /// Starts the service again, on the same port.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart_service(&mut self) -> anyhow::Result<()> {
        self.service = Some(Service::start(&self.settings)?);
        Ok(())
    }

    /// The URL that Datadog's message names.
    #[must_use]
    pub fn callback_url(&self) -> String {
        format!(
            "http://localhost:{}/dd_circuit_breaker/callback",
            self.settings.port
        )
    }

    /// `examples/quickstart`, pointed at this chain.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn quickstart(&self) -> anyhow::Result<Terraform> {
        let mut terraform = Terraform::from_example("examples/quickstart")?;
        self.point(&mut terraform);
        Ok(terraform)
    }

    /// Gives a configuration the keys and the addresses of this chain.
    pub fn point(&self, terraform: &mut Terraform) {
        terraform.point(&self.sandbox);
        terraform.env("TF_VAR_api_url", self.sandbox.url());
        terraform.env("TF_VAR_callback_url", &self.callback_url());
        terraform.env("TF_VAR_allow_insecure_callbacks", "true");
    }

    /// Asks the guard of breaker `bank` for `group`.
    ///
    /// # Errors
    /// When the service does not answer.
    pub fn ask(&self, group: &str) -> anyhow::Result<Answers> {
        self.service()?.allow(BREAKER, group, CALLS)
    }

    /// Waits until the guard refuses: open.
    ///
    /// # Errors
    /// When it never does.
    pub fn wait_open(&self, group: &str) -> anyhow::Result<Answers> {
        wait::until(&format!("{group} to be open"), || {
            self.ask(group).ok().filter(|answers| is_open(*answers))
        })
    }

    /// Waits until the guard lets every call through: closed, the ramp behind it.
    ///
    /// # Errors
    /// When it never does.
    pub fn wait_closed(&self, group: &str) -> anyhow::Result<Answers> {
        wait::until(&format!("{group} to be closed"), || {
            self.ask(group).ok().filter(|answers| is_closed(*answers))
        })
    }
}

/// Nothing but probes goes through.
#[must_use]
pub fn is_open(answers: Answers) -> bool {
    answers.allow == 0 && answers.reject > 0
}

/// Everything goes through.
#[must_use]
pub fn is_closed(answers: Answers) -> bool {
    answers.allow == CALLS
}

/// The program of the scaffold `funds`, built once in this process.
///
/// # Errors
/// When it cannot be scaffolded or built.
pub fn funds() -> anyhow::Result<PathBuf> {
    static FUNDS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = FUNDS
        .get_or_init(|| service::build("funds", |_| Ok(())).map_err(|error| format!("{error:#}")));
    built.clone().map_err(anyhow::Error::msg)
}
