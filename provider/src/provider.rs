//! The provider as Terraform sees it: its block, its resources, data sources and functions. A new one is one line here.

use crate::config::{self, Settings, Surroundings};
use crate::data_sources::{FoundMonitor, MonitorState, RenderedMessage};
use crate::datadog::{Chance, Clock, SystemChance, SystemClock};
use crate::functions::{ParseMessage, PreviewMessage, RenderMessage};
use crate::monitor::Monitor;
use std::sync::Arc;
use std::time::SystemTime;
use tfplugin::{Cx, Diagnostics, Parts, Provider, Schema, async_trait};

/// The provider's source address, as `required_providers` writes it, with its host.
pub const ADDRESS: &str = "registry.terraform.io/circuitbreaker/circuitbreaker";

/// The provider. What it takes from its surroundings is given in, so that tests decide it.
pub struct CircuitBreaker {
    surroundings: Surroundings,
}

impl CircuitBreaker {
    /// A provider with another environment, clock and chance than the process's own.
    pub fn new(
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Self {
        Self {
            surroundings: Surroundings {
                environment: Box::new(environment),
                clock,
                now: SystemTime::now,
                chance,
            },
        }
    }
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        let environment = |name: &str| std::env::var(name).ok();
        Self::new(environment, Arc::new(SystemClock), Arc::new(SystemChance))
    }
}

#[async_trait]
impl Provider for CircuitBreaker {
    type Config = config::Block;
    type Client = Settings;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn parts(&self) -> Parts<Settings> {
        Parts::new()
            .resource(Monitor)
            .data_source(FoundMonitor)
            .data_source(MonitorState)
            .data_source(RenderedMessage)
            .function(RenderMessage)
            .function(ParseMessage)
            .function(PreviewMessage)
    }

    async fn validate(
        &self,
        cx: &mut Cx<Settings>,
        config: &config::Block,
    ) -> Result<(), Diagnostics> {
        config::validate(config)
            .into_iter()
            .for_each(|diagnostic| cx.report(diagnostic));
        Ok(())
    }

    async fn configure(
        &self,
        cx: &mut Cx<Settings>,
        config: config::Block,
    ) -> Result<Settings, Diagnostics> {
        let (settings, warnings) =
            config::configure(config, &self.surroundings, cx.terraform_version())?;
        warnings.into_iter().for_each(|warning| cx.report(warning));
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn schemas_and_models_agree() {
        assert_eq!(tfplugin::check(&super::CircuitBreaker::default()), [""; 0]);
    }
}
