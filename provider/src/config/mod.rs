//! The `provider` block: its schema, its rules, and what becomes of it. Values may be unknown while planning;
//! then nothing is asked of Datadog, and what depends on them stays unknown too.

mod schema;
mod access;

pub(crate) use schema::schema;

use crate::datadog::{ApiUrl, Chance, Client, Clock, Keys, Reads, Timing};
use crate::timeouts::Timeouts;
use crate::validated::Validated;
use contract::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::SystemTime;
use tfplugin::{Attr, Diagnostic, Diagnostics, IntoValue, Path, Sensitive, Value};

/// A set whose elements may be unknown one by one.
pub(crate) type Texts = Attr<BTreeSet<Attr<String>>>;

tfplugin::model! {
    /// The `provider` block as written.
    pub struct Block {
        pub(crate) api_key: Attr<Sensitive<String>>,
        pub(crate) app_key: Attr<Sensitive<String>>,
        pub(crate) site: Attr<String>,
        pub(crate) api_url: Attr<String>,
        pub(crate) request_timeout: Attr<u64>,
        pub(crate) http_client_retry_timeout: Attr<u64>,
        pub(crate) sns_topic: Attr<String>,
        pub(crate) notify: Texts,
        pub(crate) allowed_callback_hosts: Attr<Vec<Attr<String>>>,
        pub(crate) allow_insecure_callbacks: Attr<bool>,
        pub(crate) lint: Attr<String>,
        pub(crate) default_tags: Attr<DefaultTags>,
    }

    /// The block `default_tags`.
    pub struct DefaultTags {
        pub(crate) tags: Attr<BTreeMap<String, Attr<String>>>,
    }
}

/// Looks up an environment variable.
pub(crate) type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the provider takes from outside its block.
pub(crate) struct Surroundings {
    pub(crate) environment: Environment,
    pub(crate) clock: Arc<dyn Clock>,
    /// The time of day.
    pub(crate) now: fn() -> SystemTime,
    pub(crate) chance: Arc<dyn Chance>,
}

impl Surroundings {
    fn timing(&self, timeouts: Timeouts) -> Timing {
        Timing {
            clock: self.clock.clone(),
            chance: self.chance.clone(),
            request_timeout: timeouts.request,
            patience: timeouts.retry,
        }
    }
}

/// The `provider` block put to use: what the resources work with.
pub struct Settings {
    /// `None` while keys, site or URL are unknown, and without keys.
    pub(crate) client: Option<Client>,
    /// Why there are no keys; see `reach`. Functions and `circuitbreaker_message` need none.
    pub(crate) missing_keys: Diagnostics,
    pub(crate) reads: Reads,
    pub(crate) validated: Validated,
    pub(crate) sns_topic: Attr<String>,
    pub(crate) notify: Texts,
    /// A map of strings, null, or unknown.
    pub(crate) default_tags: Value,
    pub(crate) allowed_callback_hosts: Attr<Vec<Attr<String>>>,
    pub(crate) allow_insecure_callbacks: Attr<bool>,
    /// One of [`LINTS`]; anything but known is as if it were not set.
    pub(crate) lint: Attr<String>,
}

/// How severe advice is, by default the first; the others are [`LINT_ERROR`] and [`LINT_OFF`].
const LINTS: [&str; 3] = ["warn", LINT_ERROR, LINT_OFF];
/// Advice stops the plan.
pub(crate) const LINT_ERROR: &str = "error";
/// No advice is given.
pub(crate) const LINT_OFF: &str = "off";

/// What no single row of the schema can see.
pub(crate) fn validate(block: &Block) -> Diagnostics {
    let handles = block
        .notify
        .known()
        .into_iter()
        .flatten()
        .filter_map(Attr::known)
        .cloned()
        .collect();
    let problems = Message {
        handles,
        ..Message::default()
    }
    .check();
    let reported = |problem: contract::Problem| {
        Diagnostic::error("Invalid handle")
            .detail(problem.detail)
            .at(Path::to("notify").element())
    };
    problems.into_iter().map(reported).collect()
}

/// Puts the block to use; the second part is warnings. Nothing is sent to Datadog.
pub(crate) fn configure(
    block: Block,
    surroundings: &Surroundings,
    terraform_version: &str,
) -> Result<(Settings, Diagnostics), Diagnostics> {
    let mut warnings = Diagnostics::new();
    let missing_keys = access::missing_keys(&block, surroundings);
    let timeouts = Timeouts::chosen(&block.request_timeout, &block.http_client_retry_timeout);
    let client = match (access::chosen(&block, surroundings)?, timeouts) {
        (Some((url, keys)), Some(timeouts)) => {
            let timing = surroundings.timing(timeouts);
            warnings.extend(exposed(&url));
            Some(client(url, keys, timing, terraform_version)?)
        }
        _ => None,
    };
    let default_tags = match block.default_tags {
        Attr::Null => Value::Null,
        Attr::Unknown => Value::Unknown,
        Attr::Known(tags) => tags.tags.into_value(),
    };
    let settings = Settings {
        client,
        missing_keys,
        reads: Reads::new(surroundings.clock.clone()),
        validated: validated(surroundings),
        sns_topic: block.sns_topic,
        notify: block.notify,
        default_tags,
        allowed_callback_hosts: block.allowed_callback_hosts,
        allow_insecure_callbacks: block.allow_insecure_callbacks,
        lint: block.lint,
    };
    Ok((settings, warnings))
}

/// The note of accepted bodies lies where Terraform keeps its own files.
fn validated(surroundings: &Surroundings) -> Validated {
    let folder = (surroundings.environment)("TF_DATA_DIR");
    let folder = folder.as_deref().filter(|folder| !folder.is_empty());
    Validated::load(
        FilePath::new(folder.unwrap_or(".terraform")),
        (surroundings.now)(),
    )
}

fn exposed(url: &ApiUrl) -> Option<Diagnostic> {
    let detail = "requests to `api_url` are not encrypted and leave this machine with both keys in them: use `https`";
    url.exposes_keys().then(|| {
        Diagnostic::warning("Datadog keys travel in clear text")
            .detail(detail)
            .at("api_url")
    })
}

fn client(url: ApiUrl, keys: Keys, timing: Timing, terraform: &str) -> Result<Client, Diagnostics> {
    let agent = format!(
        "terraform-provider-circuitbreaker/{} (terraform {terraform})",
        env!("CARGO_PKG_VERSION")
    );
    Client::new(url, keys, &agent, timing).map_err(|error| {
        Diagnostic::error("Datadog client cannot be made")
            .detail(error.to_string())
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::{SystemChance, SystemClock};

    fn surroundings(variables: &'static [(&str, &str)]) -> Surroundings {
        let find = move |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Surroundings {
            environment: Box::new(find),
            clock: Arc::new(SystemClock),
            now: SystemTime::now,
            chance: Arc::new(SystemChance),
        }
    }

    const KEYS: &[(&str, &str)] = &[("DD_API_KEY", "api"), ("DD_APP_KEY", "app")];

    fn told(block: Block, variables: &'static [(&str, &str)]) -> Result<(bool, String), String> {
        let (settings, warnings) = configure(block, &surroundings(variables), "1.11.4")
            .map_err(|error| error.to_string())?;
        Ok((settings.client.is_some(), warnings.to_string()))
    }

    #[test]
    fn keys_come_from_the_block_or_the_environment() {
        assert_eq!(told(Block::default(), KEYS), Ok((true, String::new())));
        let keys = Block {
            api_key: Attr::Known(Sensitive("api".to_owned())),
            app_key: Attr::Known(Sensitive("app".to_owned())),
            ..Block::default()
        };
        assert_eq!(told(keys, &[]), Ok((true, String::new())));
    }

    #[test]
    fn a_missing_key_is_told_by_its_variable_once_datadog_must_be_asked() {
        const BLANK: &[(&str, &str)] = &[("DD_API_KEY", " ")];
        let (settings, _) = configure(Block::default(), &surroundings(BLANK), "").unwrap();
        assert!(settings.client.is_none());
        let error = settings.missing_keys.to_string();
        assert!(
            error.contains("`DD_API_KEY`") && error.contains("`DD_APP_KEY`"),
            "{error}"
        );
        let unknown = Block {
            api_key: Attr::Unknown,
            ..Block::default()
        };
        let (settings, _) = configure(unknown, &surroundings(KEYS), "").unwrap();
        assert!(settings.client.is_none() && settings.missing_keys.is_empty());
    }

    #[test]
    fn what_is_not_known_yet_defers_the_client() {
        for block in [
            Block {
                api_key: Attr::Unknown,
                ..Block::default()
            },
            Block {
                api_url: Attr::Unknown,
                ..Block::default()
            },
            Block {
                request_timeout: Attr::Unknown,
                ..Block::default()
            },
            Block {
                site: Attr::Unknown,
                ..Block::default()
            },
        ] {
            assert_eq!(told(block, KEYS), Ok((false, String::new())));
        }
        let irrelevant = Block {
            site: Attr::Unknown,
            api_url: "https://x.example".into(),
            ..Block::default()
        };
        assert_eq!(told(irrelevant, KEYS), Ok((true, String::new())));
    }

    #[test]
    fn a_wrong_site_and_clear_text_are_told() {
        const SITE: &[(&str, &str)] = &[
            ("DD_API_KEY", "api"),
            ("DD_APP_KEY", "app"),
            ("DD_SITE", "datadog.com"),
        ];
        let error = told(Block::default(), SITE).unwrap_err();
        assert!(
            error.contains("`datadog.com` is no datadog site"),
            "{error}"
        );
        let clear = Block {
            api_url: "http://datadog.internal".into(),
            ..Block::default()
        };
        let (_, warning) = told(clear, KEYS).unwrap();
        assert!(warning.contains("not encrypted"), "{warning}");
    }

    #[test]
    fn a_handle_of_the_provider_is_checked() {
        let block = Block {
            notify: Attr::Known([Attr::Known("slack".to_owned()), Attr::Unknown].into()),
            ..Block::default()
        };
        assert!(validate(&block).to_string().contains("begins with `@`"));
    }
}
