//! The list of hosts that may be called. An empty list allows nothing.

use std::str::FromStr;

use contract::CallbackUrl;

/// Patterns of hosts, each with the port or ports it covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// In lower case, without the `*` of a suffix.
    name: String,
    suffix: bool,
    port: Port,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    /// The scheme's own: 443, and 80 where `http` is allowed.
    Usual,
    Any,
    Only(u16),
}

/// An entry of the list that is none of its forms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no host pattern; write `HOST`, `HOST:PORT`, `HOST:*` or `*.SUFFIX`, separated by commas"
)]
pub struct BadPattern(pub String);

impl Hosts {
    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if nothing may be called.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a pattern covers host and port.
    pub(super) fn allow(&self, url: &CallbackUrl, allow_http: bool) -> bool {
        self.0
            .iter()
            .any(|pattern| pattern.names(&url.host) && pattern.port.covers(url.port, allow_http))
    }
}

impl Pattern {
    /// A suffix covers every sub-domain, at any depth, and not the domain itself.
    fn names(&self, host: &str) -> bool {
        match host.strip_suffix(self.name.as_str()) {
            Some(rest) => rest.is_empty() != self.suffix,
            None => false,
        }
    }

    fn parse(text: &str) -> Option<Pattern> {
        let (host, port) = match text.rsplit_once(':') {
            // The colon of an IPv6 address without a port.
            Some(_) if text.ends_with(']') => (text, Port::Usual),
            Some((host, "*")) => (host, Port::Any),
            Some((host, port)) => (host, Port::Only(port.parse().ok()?)),
            None => (text, Port::Usual),
        };
        let (dot, name) = match host.strip_prefix('*') {
            Some(suffix) => (".", suffix.strip_prefix('.')?),
            None => ("", host),
        };
        let name = name.to_ascii_lowercase();
        // The reader of URLs says what a host is.
        let read = CallbackUrl::parse(&format!("https://{name}/")).ok()?;
        let whole =
            read.host == name && read.port == 443 && !name.contains('*') && !name.starts_with('.');
        whole.then(|| Pattern {
            name: format!("{dot}{name}"),
            suffix: !dot.is_empty(),
            port,
        })
    }
}

impl Port {
    fn covers(self, port: u16, allow_http: bool) -> bool {
        match self {
            Port::Usual => port == 443 || (allow_http && port == 80),
            Port::Any => true,
            Port::Only(only) => port == only,
        }
    }
}

impl FromStr for Hosts {
    type Err = BadPattern;

    fn from_str(list: &str) -> Result<Hosts, BadPattern> {
        list.split(',')
            .map(str::trim)
            .filter(|pattern| !pattern.is_empty())
            .map(|pattern| Pattern::parse(pattern).ok_or_else(|| BadPattern(pattern.to_owned())))
            .collect::<Result<_, _>>()
            .map(Hosts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_its_hosts_and_ports_and_no_others() {
        for (list, url, strict, with_http) in [
            ("a.example", "https://a.example/", true, true),
            ("A.Example", "https://a.eXample/", true, true),
            ("a.example", "https://a.example:8443/", false, false),
            ("a.example", "http://a.example/", false, true),
            ("a.example", "https://b.a.example/", false, false),
            ("a.example", "https://aa.example/", false, false),
            ("a.example", "https://a.example.evil.example/", false, false),
            ("a.example", "https://a.example./", false, false),
            ("a.example:8443", "https://a.example:8443/", true, true),
            ("a.example:8443", "https://a.example/", false, false),
            ("a.example:*", "https://a.example:1/", true, true),
            ("*.example", "https://a.example/", true, true),
            ("*.example", "https://b.a.example/", true, true),
            ("*.example", "https://example/", false, false),
            ("*.example", "https://aexample/", false, false),
            ("*.example:8443", "https://a.example:8443/", true, true),
            ("[::1]", "https://[::1]/", true, true),
            ("[::1]:8443", "https://[::1]:8443/", true, true),
            ("x.example, ,a.example", "https://a.example/", true, true),
            ("", "https://a.example/", false, false),
        ] {
            let hosts: Hosts = list.parse().unwrap();
            let url = CallbackUrl::parse(url).unwrap();
            assert_eq!(hosts.allow(&url, false), strict, "{list} {url:?}");
            assert_eq!(
                hosts.allow(&url, true),
                with_http,
                "{list} {url:?} with http"
            );
        }
    }

    #[test]
    fn an_odd_pattern_is_refused() {
        for list in [
            "*",
            "*a.example",
            "a.*.example",
            "*.",
            "https://a.example",
            "a.example:x",
            "a.example:70000",
            "a b",
            "a.example/x",
            "user@a.example",
            ":443",
        ] {
            let error = list.parse::<Hosts>().expect_err(list).to_string();
            assert!(error.contains(&format!("`{list}`")), "{error}");
        }
    }
}
