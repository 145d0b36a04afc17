//! What a callback URL may look like. The same rules hold where a URL is written into a message and
//! where it is called; whether its host may be called is the dispatcher's decision, not made here.

use http::Uri;

/// A callback URL taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackUrl {
    /// True for `https`, false for `http`.
    pub secure: bool,
    /// The host in lower case; an IPv6 address keeps its brackets.
    pub host: String,
    /// The port, also when the URL leaves it out.
    pub port: u16,
    /// The path as written, `/` when the URL leaves it out; without the query.
    pub path: String,
}

/// Why a text is no callback URL; the text comes first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// A character outside RFC 3986.
    #[error("`{0}` holds `{1}`, which no URL may hold; percent-encode it")]
    Character(String, char),
    /// `{{…}}`: where a callback goes must not depend on data.
    #[error("`{0}` holds a template variable; write a constant URL: the request tells the group")]
    Variable(String),
    /// `#…`
    #[error("`{0}` has a fragment, which is never sent; leave out the `#` and what follows")]
    Fragment(String),
    /// No scheme or no host.
    #[error("`{0}` is no absolute URL; write `https://HOST/PATH`")]
    NotAbsolute(String),
    /// Neither `https` nor `http`.
    #[error("`{0}` has the scheme `{1}`; use `https`")]
    Scheme(String, String),
    /// Credentials, an empty host, or an odd port.
    #[error("`{0}` has credentials or a malformed host or port; write `https://HOST[:PORT]/PATH`")]
    Authority(String),
}

impl CallbackUrl {
    /// Reads an absolute `https` or `http` URL of ASCII characters, without credentials, fragment
    /// or template variables. Whether `http` is good enough is the caller's to say.
    pub fn parse(text: &str) -> Result<CallbackUrl, UrlError> {
        let url = || text.to_owned();
        if text.contains("{{") {
            return Err(UrlError::Variable(url()));
        }
        if let Some(found) = text.chars().find(|&found| !allowed(found)) {
            return Err(UrlError::Character(url(), found));
        }
        if text.contains('#') {
            return Err(UrlError::Fragment(url()));
        }
        let uri: Uri = text.parse().map_err(|_| UrlError::NotAbsolute(url()))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(UrlError::NotAbsolute(url()));
        };
        let secure = match scheme {
            "https" => true,
            "http" => false,
            other => {
                return Err(UrlError::Scheme(url(), other.to_owned()));
            }
        };
        let (host, port) = (authority.host(), authority.port_u16());
        let written = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        if host.is_empty() || port == Some(0) || written != authority.as_str() {
            return Err(UrlError::Authority(url()));
        }
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        Ok(CallbackUrl {
            secure,
            host: host.to_ascii_lowercase(),
            port,
            path: uri.path().to_owned(),
        })
    }
}

/// RFC 3986's characters: what a URL may hold without percent-encoding.
fn allowed(found: char) -> bool {
    found.is_ascii_graphic()
        && !matches!(found, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_url_apart() {
        for (text, secure, host, port, path) in [
            (
                "https://a.example.com/cb",
                true,
                "a.example.com",
                443,
                "/cb",
            ),
            ("https://A.B:8443/Cb/?x=/y", true, "a.b", 8443, "/Cb/"),
            ("HTTPS://a.example", true, "a.example", 443, "/"),
            ("http://localhost/cb", false, "localhost", 80, "/cb"),
            ("http://[::1]:8080/%2e", false, "[::1]", 8080, "/%2e"),
        ] {
            let expected = CallbackUrl {
                secure,
                host: host.to_owned(),
                port,
                path: path.to_owned(),
            };
            assert_eq!(CallbackUrl::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_vouch_for() {
        for (text, why) in [
            ("", "no absolute"),
            ("/cb", "no absolute"),
            ("funds.example.com", "no absolute"),
            ("ftp://funds.example.com/", "scheme `ftp`"),
            ("https://user@funds.example.com/", "credentials"),
            ("https://funds.example.com:0/", "port"),
            ("https://funds.example.com:99999/", "port"),
            ("https://funds.example.com:/", "port"),
            ("https://funds.example.com/#x", "fragment"),
            ("https://funds.example.com/{{x}}", "template variable"),
            ("https://funds.example.com/a b", "holds ` `"),
            ("https://銀行.example.com/", "holds `銀`"),
        ] {
            let error = CallbackUrl::parse(text).expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
