//! Where a callback may go: which schemes, hosts, ports and paths by the URL, which addresses once
//! the name is resolved. Nothing is resolved or called here.

mod hosts;
mod paths;
mod literal;
mod address;

use std::net::IpAddr;

use contract::{CallbackUrl, UrlError};
use ipnet::IpNet;

pub use hosts::{BadPattern, Hosts};
pub use paths::{BadPath, Paths};

pub(crate) use hosts::Pattern;

/// The rules of one dispatcher.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The hosts that may be called; none by default.
    pub hosts: Hosts,
    /// The paths that may be called; the generated endpoint's by default.
    pub paths: Paths,
    /// Let `http` pass: for laptops only.
    pub allow_http: bool,
    /// Networks that may be dialled although they are not public.
    pub cidrs: Vec<IpNet>,
    /// All of them, outside tests.
    guards: Vec<Guard>,
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// The URL is one that a message may hold: no credentials among it.
    Url,
    Scheme,
    /// No address instead of a name.
    Literal,
    /// Host and port.
    Host,
    Path,
    /// Of the addresses that are dialled.
    Address,
}

impl Guard {
    const ALL: [Guard; 6] = [
        Guard::Url,
        Guard::Scheme,
        Guard::Literal,
        Guard::Host,
        Guard::Path,
        Guard::Address,
    ];
}

/// Why a URL is not called. It is final: trying again would not change it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No URL that a message may hold.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// `http`, given the URL.
    #[error("`{0}` is not encrypted; use `https`")]
    Http(String),
    /// An address instead of a name.
    #[error("`{0}` is an address; give the service a name and write that")]
    Literal(String),
    /// Host and port stand on no list.
    #[error("`{0}` is not in `CB_ALLOWED_HOSTS`; add it there if monitors may call it")]
    Host(String),
    /// The path stands on no list.
    #[error("the path `{0}` is not in `CB_ALLOWED_PATHS`; add it there if monitors may call it")]
    Path(String),
    /// Host, address, and what the address is.
    #[error("`{0}` is at `{1}`, {2}")]
    Address(String, IpAddr, &'static str),
    /// In bytes.
    #[error("the request would have {0} bytes, more than {1}; shorten the URL or the group")]
    Size(usize, usize),
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            hosts: Hosts::default(),
            paths: Paths::default(),
            allow_http: false,
            cidrs: Vec::new(),
            guards: Guard::ALL.to_vec(),
        }
    }
}

impl Policy {
    /// Decides on what the URL itself says, and takes it apart. The address is decided on with
    /// [`Policy::admit_address`] once it is known.
    pub fn admit(&self, url: &str) -> Result<CallbackUrl, Refusal> {
        let parsed = self.parse(url)?;
        for guard in &self.guards {
            self.judge(*guard, &parsed, url)?;
        }
        Ok(parsed)
    }

    fn judge(&self, guard: Guard, parsed: &CallbackUrl, url: &str) -> Result<(), Refusal> {
        let CallbackUrl {
            host, port, path, ..
        } = parsed;
        match guard {
            // These two are asked elsewhere: before, and when the address is known.
            Guard::Url | Guard::Address => Ok(()),
            Guard::Scheme if parsed.secure || self.allow_http => Ok(()),
            Guard::Scheme => Err(Refusal::Http(url.to_owned())),
            Guard::Literal if !literal::is_address(host) => Ok(()),
            Guard::Literal => Err(Refusal::Literal(host.clone())),
            Guard::Host if self.hosts.allow(parsed, self.allow_http) => Ok(()),
            Guard::Host => Err(Refusal::Host(format!("{host}:{port}"))),
            Guard::Path if self.paths.allow(path) => Ok(()),
            Guard::Path => Err(Refusal::Path(path.clone())),
        }
    }

    /// Decides on an address that is about to be dialled for `host`.
    pub fn admit_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        if !self.guards.contains(&Guard::Address) {
            return Ok(());
        }
        address::admit(address, &self.cidrs)
            .map_err(|what| Refusal::Address(host.to_owned(), address, what))
    }

    #[cfg(not(test))]
    fn parse(&self, url: &str) -> Result<CallbackUrl, UrlError> {
        CallbackUrl::parse(url)
    }
}

/// The seam of the mutants: what if a guard were missing?
#[cfg(test)]
impl Policy {
    pub(crate) const GUARDS: [Guard; 6] = Guard::ALL;

    pub(crate) fn without(mut self, guard: Guard) -> Policy {
        self.guards.retain(|kept| *kept != guard);
        self
    }

    /// Without its guard, a URL is whatever the HTTP library makes of it.
    fn parse(&self, url: &str) -> Result<CallbackUrl, UrlError> {
        if self.guards.contains(&Guard::Url) {
            return CallbackUrl::parse(url);
        }
        let uri: hyper::Uri = url
            .parse()
            .map_err(|_| UrlError::NotAbsolute(url.to_owned()))?;
        let secure = uri.scheme_str() == Some("https");
        Ok(CallbackUrl {
            secure,
            host: uri.host().unwrap_or_default().to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            path: uri.path().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(hosts: &str, allow_http: bool, cidrs: &[&str]) -> Policy {
        Policy {
            hosts: hosts.parse().unwrap(),
            allow_http,
            cidrs: cidrs.iter().map(|cidr| cidr.parse().unwrap()).collect(),
            paths: "/cb".parse().unwrap(),
            ..Policy::default()
        }
    }

    /// An empty text for a URL that is admitted, else a part of the refusal.
    fn expect(policy: &Policy, cases: &[(&str, &str)]) {
        for (url, part) in cases {
            let said = policy
                .admit(url)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(
                said.contains(part) && said.is_empty() == part.is_empty(),
                "{url}: `{said}`"
            );
        }
    }

    #[test]
    fn a_url_must_pass_every_rule() {
        let strict = policy("funds.example.com", false, &[]);
        let cases = [
            ("https://funds.example.com/cb", ""),
            ("http://funds.example.com/cb", "is not encrypted"),
            ("https://other.example.com/cb", "not in `CB_ALLOWED_HOSTS`"),
            ("https://funds.example.com@evil.example/", "credentials"),
            ("https://user:word@funds.example.com/cb", "credentials"),
            ("https://funds.example.com/cb?x=1", ""),
            ("https://funds.example.com./cb", ""),
            ("https://funds.example.com/", "not in `CB_ALLOWED_PATHS`"),
            (
                "https://funds.example.com/cb/../x",
                "not in `CB_ALLOWED_PATHS`",
            ),
            ("https://10.0.0.1/cb", "is an address"),
            ("https://2130706433/cb", "is an address"),
            ("https://[fd00:ec2::254]/cb", "is an address"),
        ];
        expect(&strict, &cases);
        expect(
            &Policy::default(),
            &[("https://funds.example.com/cb", "not in `CB_ALLOWED_HOSTS`")],
        );
    }

    #[test]
    fn a_laptop_opens_what_it_names() {
        let laptop = policy("localhost:*", true, &["127.0.0.0/8"]);
        let cases = [
            ("http://localhost:1234/cb", ""),
            ("http://127.0.0.1:8080/cb", "is an address"),
        ];
        expect(&laptop, &cases);
        let [home, lan] = ["127.0.0.1", "10.0.0.1"].map(|address| address.parse().unwrap());
        assert_eq!(laptop.admit_address("localhost", home), Ok(()));
        let refusal = laptop.admit_address("localhost", lan).unwrap_err();
        assert!(refusal.to_string().contains("private"), "{refusal}");
    }
}
