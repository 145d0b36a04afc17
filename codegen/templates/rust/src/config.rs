//! The settings: read once from the environment, checked before anything starts. An error names variable, value, remedy.

use crate::model::Level;
use crate::signature::SigningKeys;
use std::{ops::RangeInclusive, str::FromStr};

/// Why the service refuses to start.
#[derive(Debug, thiserror::Error)]
#[error("{name} is {}: {remedy}", if value.is_empty() { "unset".to_owned() } else { format!("`{value}`") })]
pub struct SettingError {
    name: &'static str,
    value: String,
    remedy: String,
}

/// A value that no log, error or Debug output shows.
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

/// What decides when the truth cannot be had: the last known state for up to `max_stale`, then a fixed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallback {
    pub last_known: bool,
    pub then_open: bool,
}

const FALLBACKS: [(&str, Fallback); 4] = [
    ("last_known", Fallback { last_known: true, then_open: false }),
    ("last_known:open", Fallback { last_known: true, then_open: true }),
    ("open", Fallback { last_known: false, then_open: true }),
    ("closed", Fallback { last_known: false, then_open: false }),
];

/// What a downtime does to a group: no new opening, the state all the same, or no change at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Muted {
    Hold,
    Follow,
    Ignore,
}

/// Makes the struct and its reader from one table, a row a setting.
macro_rules! settings {
    ($env:ident: $($name:ident: $type:ty = $read:expr,)*) => {
        /// Every setting of the README's table. Durations are milliseconds, shares are `0.0..=1.0`.
        #[derive(Debug)]
        pub struct Settings { $(pub $name: $type,)* }

        impl Settings {
            fn parse($env: &Env) -> Result<Self, SettingError> {
                Ok(Self { $($name: $read,)* })
            }
        }
    };
}

settings! { env:
    listen: String = env.text("CB_LISTEN").unwrap_or_else(|| "0.0.0.0:8080".into()),
    datadog_url: String = env.datadog_url()?,
    api_key: Secret = env.secret("DD_API_KEY")?,
    app_key: Secret = env.secret("DD_APP_KEY")?,
    signing_keys: SigningKeys = env.signing_keys()?,
    redis_url: Option<Secret> = env.text("REDIS_URL").map(Secret),
    admin_token: Option<Secret> = env.text("CB_ADMIN_TOKEN").map(Secret),
    monitors: Option<Vec<String>> = env.monitors()?,
    require_service_tag: bool = env.choice("CB_REQUIRE_SERVICE_TAG", &[("0", false), ("1", true)])?,
    poll: i64 = env.seconds("CB_POLL_S", 60)?,
    idle_poll: i64 = env.seconds("CB_IDLE_POLL_S", 300)?,
    lease: i64 = env.seconds("CB_LEASE_S", 900)?,
    absent_after: i64 = env.seconds("CB_ABSENT_AFTER_S", 600)?,
    max_stale: i64 = env.seconds("CB_MAX_STALE_S", 3600)?,
    ramp: i64 = env.number("CB_RAMP_S", 30, 0..=86_400)? * 1000,
    probe_ratio: f64 = env.number("CB_PROBE_RATIO", 0.01, 0.0..=1.0)?,
    probe_interval: i64 = env.seconds("CB_PROBE_INTERVAL_S", 10)?,
    degraded_share: f64 = env.number("CB_DEGRADED_PERCENT", 50.0, 0.0..=100.0)? / 100.0,
    max_open_share: f64 = env.number("CB_MAX_OPEN_PERCENT", 100.0, 0.0..=100.0)? / 100.0,
    on_no_data: Option<Level> =
        env.choice("CB_ON_NO_DATA", &[("hold", None), ("open", Some(Level::Open)), ("closed", Some(Level::Closed))])?,
    on_muted: Muted =
        env.choice("CB_ON_MUTED", &[("hold", Muted::Hold), ("follow", Muted::Follow), ("ignore", Muted::Ignore)])?,
    reject_unknown: bool = env.choice("CB_ON_UNKNOWN_BREAKER", &[("allow", false), ("reject", true)])?,
    on_store_down: Fallback = env.choice("CB_ON_STORE_DOWN", &FALLBACKS)?,
    on_source_down: Fallback = env.choice("CB_ON_SOURCE_DOWN", &FALLBACKS)?,
    hook_timeout: i64 = env.seconds("CB_HOOK_TIMEOUT_S", 10)?,
    conformance: bool = env.choice("CB_CONFORMANCE", &[("0", false), ("1", true)])?,
}

impl Settings {
    /// Reads every setting through `get`: the process environment, or a test's table.
    pub fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingError> {
        let settings = Self::parse(&Env(get))?;
        if settings.lease < 3 * settings.idle_poll {
            let remedy = format!("a lease outlives three idle polls: at least {}", 3 * settings.idle_poll / 1000);
            return Err(refuse("CB_LEASE_S", settings.lease / 1000, remedy));
        }
        Ok(settings)
    }
}

fn refuse(name: &'static str, value: impl ToString, remedy: impl Into<String>) -> SettingError {
    SettingError { name, value: value.to_string(), remedy: remedy.into() }
}

/// The environment; an empty variable counts as unset.
struct Env<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Env<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn secret(&self, name: &'static str) -> Result<Secret, SettingError> {
        self.text(name).map(Secret).ok_or_else(|| refuse(name, "", "set it to a key that may read monitors and events"))
    }

    fn number<T>(&self, name: &'static str, default: T, range: RangeInclusive<T>) -> Result<T, SettingError>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.text(name) else { return Ok(default) };
        let fits = text.parse().ok().filter(|value| range.contains(value));
        fits.ok_or_else(|| refuse(name, text, format!("give a number from {} to {}", range.start(), range.end())))
    }

    fn seconds(&self, name: &'static str, default: i64) -> Result<i64, SettingError> {
        Ok(self.number(name, default, 1..=604_800)? * 1000)
    }

    /// The first choice is the default.
    fn choice<T: Copy>(&self, name: &'static str, choices: &[(&str, T)]) -> Result<T, SettingError> {
        let text = self.text(name).unwrap_or_else(|| choices[0].0.to_owned());
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| refuse(name, &text, format!("choose one of {}", words())))
    }

    fn signing_keys(&self) -> Result<SigningKeys, SettingError> {
        let keys = SigningKeys::parse(&self.text("CB_SIGNING_KEYS").unwrap_or_default());
        keys.map_err(|remedy| refuse("CB_SIGNING_KEYS", "(hidden)", remedy))
    }

    fn datadog_url(&self) -> Result<String, SettingError> {
        let site = self.text("DD_SITE").unwrap_or_else(|| "datadoghq.com".into());
        let url = self.text("CB_DATADOG_URL").unwrap_or_else(|| format!("https://api.{site}"));
        match reqwest::Url::parse(&url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => {
                Ok(url.trim_end_matches('/').to_owned())
            }
            _ => Err(refuse("CB_DATADOG_URL", url, "give the API's address, as in https://api.datadoghq.eu")),
        }
    }

    fn monitors(&self) -> Result<Option<Vec<String>>, SettingError> {
        let Some(text) = self.text("CB_MONITORS") else { return Ok(None) };
        let ids: Vec<_> = text.split([',', ' ']).filter(|id| !id.is_empty()).map(str::to_owned).collect();
        match ids.iter().find(|id| !is_id(id)) {
            Some(bad) => Err(refuse("CB_MONITORS", bad, "list monitor ids, digits only, separated by commas")),
            None => Ok(Some(ids)),
        }
    }
}

/// Ids are text of digits, never numbers: event ids exceed 2^53.
pub fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Result<Settings, SettingError> {
        let base = [
            ("DD_API_KEY", "s3cret-api"),
            ("DD_APP_KEY", "s3cret-app"),
            ("CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ];
        let all: Vec<_> = changes.iter().chain(&base).copied().collect();
        Settings::read(&|name| all.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_defaults_are_those_of_the_table() {
        let s = read(&[("DD_SITE", "datadoghq.eu"), ("REDIS_URL", "redis://:s3cret-redis@h"), ("CB_MONITORS", "1, 2")]);
        let s = s.unwrap();
        assert_eq!((s.datadog_url.as_str(), s.lease, s.idle_poll), ("https://api.datadoghq.eu", 900_000, 300_000));
        assert_eq!(s.monitors.as_deref(), Some(&["1".to_owned(), "2".to_owned()][..]));
        assert!(!format!("{s:?}").contains("s3cret"), "no secret in {s:?}");
    }

    #[test]
    fn a_bad_value_is_named_with_its_remedy() {
        let cases = [
            ("CB_LEASE_S", "899", "at least 900"),
            ("CB_POLL_S", "0", "from 1 to"),
            ("CB_PROBE_RATIO", "1.5", "from 0 to 1"),
            ("CB_ON_NO_DATA", "opne", "hold, open, closed"),
            ("CB_ON_STORE_DOWN", "x", "last_known, last_known:open, open, closed"),
            ("CB_MONITORS", "12,abc", "digits only"),
            ("CB_DATADOG_URL", "api.datadoghq.com", "https://"),
            ("CB_SIGNING_KEYS", "whsec_short", "24 bytes"),
            ("DD_API_KEY", " ", "unset: set it to a key that may read monitors"),
        ];
        for (name, value, remedy) in cases {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name} is ")) && error.contains(remedy), "{error}");
            assert!(!error.contains("whsec_short"), "{error}");
        }
        read(&[("CB_LEASE_S", "300"), ("CB_IDLE_POLL_S", "100")]).unwrap();
    }
}
