//! The settings, all from the environment, read once at start. Nothing is opened here.

use std::path::PathBuf;

use contract::{SignatureError, SigningKeys};
use ipnet::IpNet;

use crate::policy::{BadPattern, Policy};

/// Everything that can be set.
#[derive(Debug)]
pub struct Config {
    /// `CB_SIGNING_KEYS`: one or more `whsec_…`.
    pub keys: SigningKeys,
    /// `CB_ALLOWED_HOSTS`, `CB_ALLOW_HTTP`, `CB_ALLOW_CIDRS`.
    pub policy: Policy,
    /// `CB_EXTRA_CA`: a PEM file of roots to trust besides the public ones.
    pub extra_ca: Option<PathBuf>,
}

/// A setting that cannot be used. No text quotes a key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The signing keys.
    #[error("`CB_SIGNING_KEYS`: {0}")]
    Keys(#[from] SignatureError),
    /// The list of hosts.
    #[error("`CB_ALLOWED_HOSTS`: {0}")]
    Hosts(#[from] BadPattern),
    /// The switch for `http`.
    #[error("`CB_ALLOW_HTTP` is `{0}`; write `1` to allow http on a laptop, or leave it unset")]
    AllowHttp(String),
    /// A network.
    #[error(
        "`CB_ALLOW_CIDRS`: `{0}` is no network; write for example `10.0.0.0/8`, separated by commas"
    )]
    Cidr(String),
}

impl Config {
    /// Reads the settings through `lookup`, normally the environment. An empty value is none.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        Ok(Config {
            keys: SigningKeys::parse(&lookup("CB_SIGNING_KEYS").unwrap_or_default())?,
            policy: read_policy(lookup)?,
            extra_ca: set(lookup, "CB_EXTRA_CA").map(PathBuf::from),
        })
    }

    /// What somebody should see in the log at start.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.policy.hosts.is_empty() {
            warnings.push("`CB_ALLOWED_HOSTS` is empty: every callback will be refused".to_owned());
        }
        if self.policy.allow_http {
            warnings.push(
                "`CB_ALLOW_HTTP` is set: callbacks may go out unencrypted; for laptops only"
                    .to_owned(),
            );
        }
        if !self.policy.cidrs.is_empty() {
            let cidrs: Vec<_> = self.policy.cidrs.iter().map(IpNet::to_string).collect();
            let cidrs = cidrs.join(", ");
            warnings.push(format!(
                "`CB_ALLOW_CIDRS` is set: callbacks may go to {cidrs}"
            ));
        }
        warnings
    }
}

/// The part of the settings that says where callbacks may go.
pub fn read_policy(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Policy, ConfigError> {
    let allow_http = match set(lookup, "CB_ALLOW_HTTP").as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(other) => return Err(ConfigError::AllowHttp(other.to_owned())),
    };
    let cidrs = set(lookup, "CB_ALLOW_CIDRS").unwrap_or_default();
    let cidrs = cidrs
        .split(',')
        .map(str::trim)
        .filter(|cidr| !cidr.is_empty());
    Ok(Policy {
        hosts: lookup("CB_ALLOWED_HOSTS").unwrap_or_default().parse()?,
        allow_http,
        cidrs: cidrs
            .map(|cidr| cidr.parse().map_err(|_| ConfigError::Cidr(cidr.to_owned())))
            .collect::<Result<_, _>>()?,
    })
}

fn set(lookup: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
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
        ])
        .unwrap();
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
