//! Which keys sign for which host, so that a service that leaks its key gives away no other. Where
//! the text comes from is not known here.

use contract::{SignatureError, SigningKeys};

use crate::policy::Pattern;

/// The keys of every host. Its debug output shows no key.
#[derive(Debug)]
pub struct KeyRing {
    /// In the order given; the first that covers a host is its own.
    sections: Vec<(Pattern, SigningKeys)>,
    default: Option<SigningKeys>,
}

/// A list of keys that cannot be used. No text quotes a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Without keys for anything.
    #[error(
        "no signing key; give one or more of the form `whsec_BASE64`, for single hosts as \
         `HOST=whsec_BASE64`, sections separated by `;`"
    )]
    None,
    /// In the default section.
    #[error(transparent)]
    Default(SignatureError),
    /// In the section of a host.
    #[error("for `{0}`: {1}")]
    Host(String, SignatureError),
    /// A section whose host cannot be read, by its number from 1: it may be a mistyped key.
    #[error(
        "section {0} is neither keys nor `HOST=KEYS`; write `whsec_BASE64` or `HOST=whsec_BASE64`"
    )]
    Section(usize),
    /// Two sections are for every host.
    #[error(
        "section {0} is a second one without a host; put all keys of one host into one section"
    )]
    Twice(usize),
}

impl KeyRing {
    /// Reads sections separated by `;`: `[HOST=]KEY[,KEY…]`, where HOST is a pattern as in
    /// `CB_ALLOWED_HOSTS` that covers every port unless it names one.
    pub fn parse(text: &str) -> Result<KeyRing, KeysError> {
        let mut ring = KeyRing {
            sections: Vec::new(),
            default: None,
        };
        let given = text.split(';').map(str::trim).enumerate();
        for (at, section) in given.filter(|(_, section)| !section.is_empty()) {
            if section.starts_with(PREFIX) {
                let keys = SigningKeys::parse(section).map_err(KeysError::Default)?;
                if ring.default.replace(keys).is_some() {
                    return Err(KeysError::Twice(at + 1));
                }
                continue;
            }
            let parts = section.split_once('=');
            // What does not look like keys may be one without its prefix: do not quote it as a host.
            let parts = parts.filter(|(_, keys)| keys.trim_start().starts_with(PREFIX));
            let (host, keys) = parts.ok_or(KeysError::Section(at + 1))?;
            let host = host.trim();
            let pattern = if host.contains(':') {
                Pattern::parse(host)
            } else {
                Pattern::parse(&format!("{host}:*"))
            };
            let pattern = pattern.ok_or(KeysError::Section(at + 1))?;
            let keys = SigningKeys::parse(keys)
                .map_err(|error| KeysError::Host(host.to_owned(), error))?;
            ring.sections.push((pattern, keys));
        }
        match ring.sections.is_empty() && ring.default.is_none() {
            true => Err(KeysError::None),
            false => Ok(ring),
        }
    }

    /// The keys for a host in lower case and a port.
    pub(crate) fn of(&self, host: &str, port: u16) -> Option<&SigningKeys> {
        let own = self.sections.iter();
        own.filter(|(pattern, _)| pattern.covers(host, port, true))
            .map(|(_, keys)| keys)
            .next()
            .or(self.default.as_ref())
    }
}

/// What every key begins with, and no host: `_` is no letter of one.
const PREFIX: &str = "whsec_";

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const B: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    /// The number of the section that signs for the host, by what it signs.
    fn signs(ring: &KeyRing, host: &str, port: u16) -> Option<String> {
        let keys = ring.of(host, port)?;
        Some(keys.sign("m-1", 1, b"{}").unwrap())
    }

    fn alone(keys: &str) -> Option<String> {
        Some(
            SigningKeys::parse(keys)
                .unwrap()
                .sign("m-1", 1, b"{}")
                .unwrap(),
        )
    }

    #[test]
    fn each_host_has_its_own_keys_and_the_others_the_default() {
        let text =
            format!("{A}; funds.example={B},{A};\n*.bank.example = {B} ;a.example:8443={B};");
        let ring = KeyRing::parse(&text).unwrap();
        let both = format!("{B},{A}");
        for (host, port, keys) in [
            ("other.example", 443, A),
            ("funds.example", 443, &both),
            ("funds.example.", 9000, &both),
            ("x.funds.example", 443, A),
            ("x.bank.example", 443, B),
            ("bank.example", 443, A),
            ("a.example", 8443, B),
            ("a.example", 443, A),
        ] {
            assert_eq!(signs(&ring, host, port), alone(keys), "{host}:{port}");
        }
        let ring = KeyRing::parse(&format!("funds.example={B}")).unwrap();
        assert_eq!(signs(&ring, "other.example", 443), None);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_never_quoted() {
        let odd = "whsec_c2hvcnQ=";
        for (text, part) in [
            ("".to_owned(), "no signing key"),
            (" ; ".to_owned(), "no signing key"),
            (odd.to_owned(), "signing key 1 is malformed"),
            (format!("{A};{B}"), "section 2 is a second"),
            (format!("a.example={odd}"), "for `a.example`: signing key 1"),
            (
                format!("a.example={A},{odd}"),
                "for `a.example`: signing key 2",
            ),
            ("a.example=".to_owned(), "section 1 is neither"),
            (format!("{A};{}", &B[6..]), "section 2 is neither"),
            (format!("a b={B}"), "section 1 is neither"),
            ("nonsense".to_owned(), "section 1 is neither"),
        ] {
            let error = KeyRing::parse(&text).unwrap_err().to_string();
            assert!(
                error.contains(part) && !error.contains("c2hv"),
                "{text}: {error}"
            );
            assert!(!error.contains(&B[6..]), "{error}");
        }
        let ring = KeyRing::parse(&format!("{A};a.example={B}")).unwrap();
        assert!(!format!("{ring:?}").contains(&A[6..]));
    }
}
