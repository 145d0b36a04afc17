//! Which URL a Datadog site answers on. Only the table and what makes a URL of it; no request is made here.

/// Every public Datadog site, as `DD_SITE` spells them (docs.datadoghq.com/getting_started/site).
pub const SITES: &[&str] = &[
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "us2.ddog-gov.com",
];

/// The site of an organization that names none.
const DEFAULT_SITE: &str = SITES[0];

/// Why a site or an API URL cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// Not in [`SITES`].
    #[error("`{0}` is no datadog site; the sites are {sites}; for anything else use `api_url`", sites = SITES.join(", "))]
    UnknownSite(String),
    /// Not a URL of the form the client can put a path behind.
    #[error(
        "`{0}` is no api url: write it like `https://api.datadoghq.com`, without user, query or fragment"
    )]
    BadUrl(String),
}

/// Where requests go: scheme, host, port and any path before `/api/v1`, with no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(String);

impl ApiUrl {
    /// Chooses the URL: an explicit API URL wins over a site; neither means `datadoghq.com`.
    ///
    /// # Errors
    /// [`SiteError`] for a site that is not in the table and for a URL that is none.
    pub fn choose(api_url: Option<&str>, site: Option<&str>) -> Result<Self, SiteError> {
        match api_url {
            Some(url) => Self::parse(url),
            None => Self::of_site(site.unwrap_or(DEFAULT_SITE)),
        }
    }

    fn of_site(site: &str) -> Result<Self, SiteError> {
        let known = SITES
            .iter()
            .find(|known| known.eq_ignore_ascii_case(site.trim()));
        match known {
            Some(known) => Ok(Self(format!("https://api.{known}"))),
            None => Err(SiteError::UnknownSite(site.to_owned())),
        }
    }

    fn parse(text: &str) -> Result<Self, SiteError> {
        let bad = || SiteError::BadUrl(text.to_owned());
        let url = url::Url::parse(text.trim()).map_err(|_| bad())?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(bad());
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The URL of `path`, which starts with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// True when the keys would leave this machine unencrypted.
    #[must_use]
    pub fn exposes_keys(&self) -> bool {
        let Ok(url) = url::Url::parse(&self.0) else {
            return true;
        };
        let local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        url.scheme() != "https" && !local
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_has_its_own_https_api_host() {
        for site in SITES {
            let url = ApiUrl::choose(None, Some(site)).unwrap();
            assert_eq!(
                url.join("/api/v1/monitor"),
                format!("https://api.{site}/api/v1/monitor")
            );
            assert!(!url.exposes_keys());
        }
        assert_eq!(
            ApiUrl::choose(None, None).unwrap().join(""),
            "https://api.datadoghq.com"
        );
    }

    #[test]
    fn an_api_url_wins_and_loses_its_last_slash() {
        let url = ApiUrl::choose(Some("http://127.0.0.1:8126/"), Some("nowhere")).unwrap();
        assert_eq!(
            url.join("/api/v1/monitor"),
            "http://127.0.0.1:8126/api/v1/monitor"
        );
        assert!(!url.exposes_keys());
        assert!(
            ApiUrl::choose(Some("http://10.0.0.8"), None)
                .unwrap()
                .exposes_keys()
        );
    }

    #[test]
    fn mistakes_are_named() {
        let unknown = ApiUrl::choose(None, Some("datadoghq.org"))
            .unwrap_err()
            .to_string();
        assert!(
            unknown.contains("`datadoghq.org`") && unknown.contains("datadoghq.eu"),
            "{unknown}"
        );
        for bad in [
            "api.datadoghq.com",
            "ftp://x",
            "https://u:p@x",
            "https://x?y=1",
            "",
        ] {
            assert!(ApiUrl::choose(Some(bad), None).is_err(), "{bad}");
        }
    }
}
