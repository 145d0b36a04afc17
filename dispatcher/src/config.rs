//! The settings, all from the environment, read once at start. Nothing is opened here.

use std::path::PathBuf;

use ipnet::IpNet;

use crate::keys::{KeyRing, KeysError};
use crate::policy::{BadPath, BadPattern, Policy};

/// Reads one variable, normally of the environment.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Everything that can be set.
#[derive(Debug)]
pub struct Config {
    /// `CB_SIGNING_KEYS`, or what `CB_SIGNING_KEYS_FROM` leads to.
    pub keys: KeyRing,
    /// `CB_ALLOWED_HOSTS`, `CB_ALLOWED_PATHS`, `CB_ALLOW_HTTP`, `CB_ALLOW_CIDRS`.
    pub policy: Policy,
    /// `CB_EXTRA_CA`: a PEM file of roots to trust besides the public ones.
    pub extra_ca: Option<PathBuf>,
    /// What to do with which notification.
    pub settings: Settings,
}

/// What to do with which notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `CB_DRY_RUN=1`: say what would be called, and call nothing.
    pub dry_run: bool,
    /// `CB_TEST_NOTIFICATIONS=ignore`: drop what a person sent by "Test Notifications".
    pub ignore_tests: bool,
    /// `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets: a dimension of the metrics.
    pub function: Option<String>,
}

/// A setting that cannot be used. No text quotes a key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The signing keys.
    #[error("`CB_SIGNING_KEYS`: {0}")]
    Keys(#[from] KeysError),
    /// The list of hosts.
    #[error("`CB_ALLOWED_HOSTS`: {0}")]
    Hosts(#[from] BadPattern),
    /// The list of paths.
    #[error("`CB_ALLOWED_PATHS`: {0}")]
    Paths(#[from] BadPath),
    /// A switch, its value, and what it does.
    #[error("`{0}` is `{1}`; write `1` {2}, or leave it unset")]
    Switch(&'static str, String, &'static str),
    /// What becomes of tests.
    #[error("`CB_TEST_NOTIFICATIONS` is `{0}`; write `forward` or `ignore`")]
    Tests(String),
    /// A network.
    #[error(
        "`CB_ALLOW_CIDRS`: `{0}` is no network; write for example `10.0.0.0/8`, separated by commas"
    )]
    Cidr(String),
}

impl Config {
    /// Reads the settings through `lookup`. An empty value is none.
    pub fn read(lookup: Lookup<'_>) -> Result<Config, ConfigError> {
        Ok(Config {
            keys: KeyRing::parse(&lookup("CB_SIGNING_KEYS").unwrap_or_default())?,
            policy: read_policy(lookup)?,
            extra_ca: set(lookup, "CB_EXTRA_CA").map(PathBuf::from),
            settings: read_settings(lookup)?,
        })
    }

    /// What somebody should see in the log at start.
    pub fn warnings(&self) -> Vec<String> {
        let Policy {
            hosts,
            allow_http,
            cidrs,
            ..
        } = &self.policy;
        let cidrs: Vec<_> = cidrs.iter().map(IpNet::to_string).collect();
        let cidrs = cidrs.join(", ");
        let said = [
            (
                hosts.is_empty(),
                "`CB_ALLOWED_HOSTS` is empty: every callback will be refused".into(),
            ),
            (
                *allow_http,
                "`CB_ALLOW_HTTP` is set: callbacks may go out unencrypted; for laptops only".into(),
            ),
            (
                !cidrs.is_empty(),
                format!("`CB_ALLOW_CIDRS` is set: callbacks may go to {cidrs}"),
            ),
            (
                self.settings.dry_run,
                "`CB_DRY_RUN` is set: nothing will be called".into(),
            ),
        ];
        said.into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, text)| text)
            .collect()
    }
}

/// The part of the settings that says where callbacks may go.
pub fn read_policy(lookup: Lookup<'_>) -> Result<Policy, ConfigError> {
    let cidrs = set(lookup, "CB_ALLOW_CIDRS").unwrap_or_default();
    let cidrs = cidrs
        .split(',')
        .map(str::trim)
        .filter(|cidr| !cidr.is_empty())
        .map(|cidr| cidr.parse().map_err(|_| ConfigError::Cidr(cidr.to_owned())));
    let mut policy = Policy::default();
    policy.hosts = lookup("CB_ALLOWED_HOSTS").unwrap_or_default().parse()?;
    policy.paths = lookup("CB_ALLOWED_PATHS").unwrap_or_default().parse()?;
    policy.allow_http = switch(lookup, "CB_ALLOW_HTTP", "to allow http on a laptop")?;
    policy.cidrs = cidrs.collect::<Result<_, _>>()?;
    Ok(policy)
}

fn read_settings(lookup: Lookup<'_>) -> Result<Settings, ConfigError> {
    Ok(Settings {
        dry_run: switch(lookup, "CB_DRY_RUN", "to call nothing")?,
        ignore_tests: match set(lookup, "CB_TEST_NOTIFICATIONS").as_deref() {
            None | Some("forward") => false,
            Some("ignore") => true,
            Some(other) => return Err(ConfigError::Tests(other.to_owned())),
        },
        function: set(lookup, "AWS_LAMBDA_FUNCTION_NAME"),
    })
}

fn switch(
    lookup: Lookup<'_>,
    name: &'static str,
    what_for: &'static str,
) -> Result<bool, ConfigError> {
    match set(lookup, name).as_deref() {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(other) => Err(ConfigError::Switch(name, other.to_owned(), what_for)),
    }
}

/// The value of a variable, trimmed; an empty one is none.
pub(crate) fn set(lookup: Lookup<'_>, name: &str) -> Option<String> {
    lookup(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: (&str, &str) = ("CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");

    fn read(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(&|name| {
            settings
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_default_is_closed_and_says_so() {
        let config = read(&[KEY]).unwrap();
        assert!(config.policy.hosts.is_empty() && !config.policy.allow_http);
        assert!(config.policy.cidrs.is_empty() && config.extra_ca.is_none());
        assert_eq!(config.policy.paths, Default::default());
        assert_eq!(config.settings, Settings::default());
        assert_eq!(config.warnings().len(), 1);
    }

    #[test]
    fn every_setting_is_read_and_every_switch_is_loud() {
        let config = read(&[
            KEY,
            ("CB_ALLOWED_HOSTS", "a.example,localhost:*"),
            ("CB_ALLOW_HTTP", "1"),
            ("CB_ALLOW_CIDRS", "127.0.0.0/8, ::1/128"),
            ("CB_EXTRA_CA", "/etc/ca.pem"),
            ("CB_ALLOWED_PATHS", "/cb"),
            ("CB_DRY_RUN", "1"),
            ("CB_TEST_NOTIFICATIONS", "ignore"),
            ("AWS_LAMBDA_FUNCTION_NAME", "dispatcher"),
        ])
        .unwrap();
        let settings = Settings {
            dry_run: true,
            ignore_tests: true,
            function: Some("dispatcher".into()),
        };
        assert_eq!(config.settings, settings);
        assert_eq!(config.policy.paths, "/cb".parse().unwrap());
        assert_eq!(config.warnings().len(), 3);
        assert_eq!(config.policy.hosts.len(), 2);
        assert_eq!(config.policy.cidrs.len(), 2);
        assert_eq!(config.extra_ca, Some("/etc/ca.pem".into()));
        let warnings = config.warnings().join("\n");
        assert!(warnings.contains("unencrypted") && warnings.contains("127.0.0.0/8, ::1/128"));
        assert!(!format!("{config:?}").contains("C2FVsBQI"));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (settings, part) in [
            (vec![], "`CB_SIGNING_KEYS`: no signing key"),
            (
                vec![("CB_SIGNING_KEYS", "whsec_secret")],
                "`CB_SIGNING_KEYS`: signing key 1 is malformed",
            ),
            (
                vec![KEY, ("CB_ALLOWED_HOSTS", "*")],
                "`CB_ALLOWED_HOSTS`: `*`",
            ),
            (
                vec![KEY, ("CB_ALLOW_HTTP", "yes")],
                "`CB_ALLOW_HTTP` is `yes`",
            ),
            (vec![KEY, ("CB_DRY_RUN", "yes")], "`CB_DRY_RUN` is `yes`"),
            (
                vec![KEY, ("CB_ALLOWED_PATHS", "cb")],
                "`CB_ALLOWED_PATHS`: `cb`",
            ),
            (
                vec![KEY, ("CB_TEST_NOTIFICATIONS", "drop")],
                "`CB_TEST_NOTIFICATIONS` is `drop`",
            ),
            (
                vec![KEY, ("CB_ALLOW_CIDRS", "10.0.0.0/8,x")],
                "`CB_ALLOW_CIDRS`: `x`",
            ),
        ] {
            let error = read(&settings).unwrap_err().to_string();
            assert!(
                error.starts_with(part) && !error.contains("whsec_secret"),
                "{error}"
            );
        }
    }
}
