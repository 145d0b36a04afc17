//! The list of hosts that may be called. An empty list allows nothing. Names only: a host that is an
//! address, however it is spelled, is on no list.

use std::str::FromStr;

use contract::CallbackUrl;
use idna::punycode;

use super::literal;

/// Patterns of hosts, each with the port or ports it covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// In lower case and ASCII, without the `*` of a suffix and without a trailing dot.
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
    "`{0}` is no host pattern; write `HOST`, `HOST:PORT`, `HOST:*` or `*.SUFFIX`, with names and no \
     addresses, separated by commas"
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
            .any(|pattern| pattern.covers(&url.host, url.port, allow_http))
    }
}

#[cfg(test)]
impl Hosts {
    /// Puts a host on the list that reading it would refuse.
    pub(crate) fn smuggle(&mut self, host: &str, port: u16) {
        self.0.push(Pattern {
            name: host.to_owned(),
            suffix: false,
            port: Port::Only(port),
        });
    }
}

impl Pattern {
    /// Whether host and port are covered.
    pub(crate) fn covers(&self, host: &str, port: u16, allow_http: bool) -> bool {
        self.names(host) && self.port.covers(port, allow_http)
    }

    /// A suffix covers every sub-domain, at any depth, and not the domain itself.
    fn names(&self, host: &str) -> bool {
        match absolute(host).strip_suffix(self.name.as_str()) {
            Some("") => !self.suffix,
            Some(rest) => self.suffix && !rest.split('.').any(str::is_empty),
            None => false,
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Pattern> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, "*")) => (host, Port::Any),
            Some((host, port)) => (host, Port::Only(port.parse().ok()?)),
            None => (text, Port::Usual),
        };
        let (dot, name) = match host.strip_prefix('*') {
            Some(suffix) => (".", suffix.strip_prefix('.')?),
            None => ("", host),
        };
        let name = ascii(name)?;
        let name = absolute(&name).to_owned();
        // The reader of URLs says what a host is.
        let read = CallbackUrl::parse(&format!("https://{name}/")).ok()?;
        let whole = read.host == name && read.port == 443 && read.path == "/";
        let odd = name.contains('*') || name.split('.').any(str::is_empty);
        let whole = whole && !odd && !literal::is_address(&name);
        whole.then(|| Pattern {
            name: format!("{dot}{name}"),
            suffix: !dot.is_empty(),
            port,
        })
    }
}

/// The name as it stands in URLs: in lower case, a label beyond ASCII as `xn--…`. The tables that
/// would map one spelling to another are left out, a third of a megabyte: such a name covers nothing.
fn ascii(name: &str) -> Option<String> {
    let label = |label: &str| {
        let label = label.to_lowercase();
        match label.is_ascii() {
            true => Some(label),
            false => punycode::encode_str(&label).map(|code| format!("xn--{code}")),
        }
    };
    let labels: Option<Vec<_>> = name.split('.').map(label).collect();
    Some(labels?.join("."))
}

/// `a.example.` and `a.example` are one host.
fn absolute(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
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

    /// A list, a URL, whether it is allowed, and whether it is where `http` is.
    fn expect(cases: &[(&str, &str, bool, bool)]) {
        for (list, url, strict, with_http) in cases {
            let hosts: Hosts = list.parse().unwrap();
            let url = CallbackUrl::parse(url).unwrap();
            let allowed = [false, true].map(|http| hosts.allow(&url, http));
            assert_eq!(allowed, [*strict, *with_http], "{list} {url:?}");
        }
    }

    #[test]
    fn a_pattern_covers_its_hosts_and_ports_and_no_others() {
        expect(&[
            ("a.example", "https://a.example/", true, true),
            ("a.example", "https://a.example:8443/", false, false),
            ("a.example", "http://a.example/", false, true),
            ("a.example", "https://b.a.example/", false, false),
            ("a.example", "https://aa.example/", false, false),
            ("a.example", "https://a.example.evil.example/", false, false),
            ("a.example:8443", "https://a.example:8443/", true, true),
            ("a.example:8443", "https://a.example/", false, false),
            ("a.example:*", "https://a.example:1/", true, true),
            ("*.example", "https://a.example/", true, true),
            ("*.example", "https://b.a.example/", true, true),
            ("*.example", "https://example/", false, false),
            ("*.example", "https://aexample/", false, false),
            ("*.example:8443", "https://a.example:8443/", true, true),
            ("x.example, ,a.example", "https://a.example/", true, true),
            ("", "https://a.example/", false, false),
        ]);
    }

    #[test]
    fn a_name_is_one_name_in_every_spelling() {
        let [upper, puny] = [
            "https://xn--jn2AX2s.example/",
            "https://a.xn--jn2ax2s.example/",
        ];
        expect(&[
            ("A.Example", "https://a.eXample/", true, true),
            ("a.example", "https://a.example./", true, true),
            ("a.example", "https://a.example../", false, false),
            ("a.example.", "https://a.example/", true, true),
            ("*.example", "https://a.example./", true, true),
            ("*.a.example", "https://.a.example/", false, false),
            ("*.a.example", "https://..a.example/", false, false),
            ("銀行.example", "https://xn--jn2ax2s.example/", true, true),
            ("*.銀行.EXAMPLE", puny, true, true),
            ("XN--JN2ax2s.example", upper, true, true),
            ("銀行.example", "https://xn--jn2ax2t.example/", false, false),
        ]);
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
            "a..example",
            "127.0.0.1",
            "127.1:8080",
            "0x7f000001",
            "*.0.0.1",
            "[::1]",
            "[::1]:8443",
        ] {
            let error = list.parse::<Hosts>().expect_err(list).to_string();
            assert!(error.contains(&format!("`{list}`")), "{error}");
        }
    }
}
