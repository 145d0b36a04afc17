//! Where a callback may go: which schemes and hosts by the URL, which addresses once the name is
//! resolved. Nothing is resolved or called here.

mod hosts;
mod address;

use std::net::IpAddr;

use contract::{CallbackUrl, UrlError};
use ipnet::IpNet;

pub use hosts::{BadPattern, Hosts};

/// The rules of one dispatcher.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The hosts that may be called; none by default.
    pub hosts: Hosts,
    /// Let `http` pass: for laptops only.
    pub allow_http: bool,
    /// Networks that may be dialled although they are not public.
    pub cidrs: Vec<IpNet>,
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
    /// Host and port stand on no list.
    #[error("`{0}` is not in `CB_ALLOWED_HOSTS`; add it there if monitors may call it")]
    Host(String),
    /// Host, address, and what the address is.
    #[error("`{0}` is at `{1}`, {2}")]
    Address(String, IpAddr, &'static str),
}

impl Policy {
    /// Decides on what the URL itself says. The address is decided on with [`Policy::admit_address`]
    /// once it is known; one that stands in the URL is decided on here.
    pub fn admit(&self, url: &str) -> Result<(), Refusal> {
        let parsed = CallbackUrl::parse(url)?;
        if !parsed.secure && !self.allow_http {
            return Err(Refusal::Http(url.to_owned()));
        }
        if !self.hosts.allow(&parsed, self.allow_http) {
            return Err(Refusal::Host(format!("{}:{}", parsed.host, parsed.port)));
        }
        match literal(&parsed.host) {
            Some(address) => self.admit_address(&parsed.host, address),
            None => Ok(()),
        }
    }

    /// Decides on an address that is about to be dialled for `host`.
    pub fn admit_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        address::admit(address, &self.cidrs)
            .map_err(|what| Refusal::Address(host.to_owned(), address, what))
    }
}

/// The address, if the host is one instead of a name.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(hosts: &str, allow_http: bool, cidrs: &[&str]) -> Policy {
        Policy {
            hosts: hosts.parse().unwrap(),
            allow_http,
            cidrs: cidrs.iter().map(|cidr| cidr.parse().unwrap()).collect(),
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
        let strict = policy("funds.example.com, 10.0.0.1, [fd00:ec2::254]", false, &[]);
        let cases = [
            ("https://funds.example.com/cb", ""),
            ("http://funds.example.com/cb", "is not encrypted"),
            ("https://other.example.com/cb", "not in `CB_ALLOWED_HOSTS`"),
            ("https://funds.example.com@evil.example/", "credentials"),
            ("https://10.0.0.1/", "private"),
            ("https://[fd00:ec2::254]/", "metadata"),
        ];
        expect(&strict, &cases);
        expect(
            &Policy::default(),
            &[("https://funds.example.com/cb", "not in `CB_ALLOWED_HOSTS`")],
        );
    }

    #[test]
    fn a_laptop_opens_what_it_names() {
        let laptop = policy("localhost:*, 127.0.0.1:8080", true, &["127.0.0.0/8"]);
        let cases = [
            ("http://localhost:1234/cb", ""),
            ("http://127.0.0.1:8080/cb", ""),
            ("http://127.0.0.1:8081/cb", "not in `CB_ALLOWED_HOSTS`"),
        ];
        expect(&laptop, &cases);
    }
}
