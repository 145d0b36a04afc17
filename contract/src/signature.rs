//! Standard Webhooks signatures over callback requests, with several keys while one is being
//! replaced. The clock is always passed in. No header map here: the caller hands over three texts.

use std::fmt;

use standardwebhooks::Webhook;
pub use standardwebhooks::{
    HEADER_WEBHOOK_ID as HEADER_ID, HEADER_WEBHOOK_SIGNATURE as HEADER_SIGNATURE,
    HEADER_WEBHOOK_TIMESTAMP as HEADER_TIMESTAMP,
};
use subtle::ConstantTimeEq;

/// How far a timestamp may be from now, either way, in seconds.
pub const TOLERANCE_S: u64 = 5 * 60;

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1";
/// The bounds of the standard, in bytes of the decoded key.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// One or more keys. Signing uses all of them, verifying accepts any.
pub struct SigningKeys {
    keys: Vec<Webhook>,
}

/// Why keys, a signature or its timestamp were refused. No text ever quotes a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The list is empty.
    #[error("no signing key; give one or more of the form `whsec_BASE64`")]
    NoKey,
    /// By its number in the list, from 1.
    #[error("signing key {0} is malformed; write `whsec_` and the base64 of 24 to 64 random bytes")]
    Key(usize),
    /// Bytes that are no text.
    #[error("the body is not UTF-8; only text is signed")]
    Body,
    /// No decimal number.
    #[error("the timestamp `{0}` is no number of seconds since 1970; send it as decimal digits")]
    Timestamp(String),
    /// Beyond [`TOLERANCE_S`], in seconds since 1970.
    #[error(
        "the timestamp `{0}` is more than 5 minutes from now; check both clocks, or sign again"
    )]
    Expired(i64),
    /// Forged, or made with a key unknown here.
    #[error("no `v1` signature matches any key; check that both sides hold the same key")]
    Mismatch,
}

impl SigningKeys {
    /// Reads keys separated by commas or blanks.
    pub fn parse(text: &str) -> Result<SigningKeys, SignatureError> {
        let given = text
            .split([',', ' ', '\t', '\n', '\r'])
            .filter(|key| !key.is_empty());
        let keys = given
            .enumerate()
            .map(|(at, key)| read_key(key).ok_or(SignatureError::Key(at + 1)))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            Err(SignatureError::NoKey)
        } else {
            Ok(SigningKeys { keys })
        }
    }

    /// The value of the signature header: one `v1,…` per key, separated by blanks. `timestamp_s`
    /// is in seconds since 1970 and goes into its own header.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> Result<String, SignatureError> {
        let signatures = self
            .keys
            .iter()
            .map(|key| {
                key.sign(id, timestamp_s, body)
                    .map_err(|_| SignatureError::Body)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(signatures.join(" "))
    }

    /// Accepts if one signature of the header was made with one of the keys and the timestamp is
    /// within [`TOLERANCE_S`] of `now_s`. Signatures are compared in constant time; those of other
    /// versions are passed over.
    pub fn verify(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now_s: i64,
    ) -> Result<(), SignatureError> {
        let given = headers.timestamp.to_owned();
        let sent_s: i64 = given
            .parse()
            .map_err(|_| SignatureError::Timestamp(given))?;
        if now_s.abs_diff(sent_s) > TOLERANCE_S {
            return Err(SignatureError::Expired(sent_s));
        }
        let wanted = self.sign(headers.id, sent_s, body)?;
        let genuine = |given: &str| {
            wanted
                .split(' ')
                .any(|wanted| bool::from(wanted.as_bytes().ct_eq(given.as_bytes())))
        };
        let mut given = headers
            .signature
            .split(' ')
            .filter(|given| given.split(',').next() == Some(VERSION));
        if given.any(genuine) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }
}

/// The three headers of a request, as received.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970
    pub timestamp: &'a str,
    /// `webhook-signature`: one or more `VERSION,BASE64`, separated by blanks
    pub signature: &'a str,
}

/// `whsec_` and standard base64 of 24 to 64 bytes.
fn read_key(text: &str) -> Option<Webhook> {
    let encoded = text.strip_prefix(PREFIX)?;
    let padding = encoded
        .bytes()
        .rev()
        .take_while(|&byte| byte == b'=')
        .count();
    let bytes = (encoded.len() / 4 * 3).checked_sub(padding)?;
    if !KEY_BYTES.contains(&bytes) {
        return None;
    }
    Webhook::new(text).ok()
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKeys({} redacted)", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const NEW: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const NOW_S: i64 = 1_649_367_553;

    fn keys(text: &str) -> SigningKeys {
        SigningKeys::parse(text).unwrap()
    }

    fn verify(
        with: &str,
        timestamp: &str,
        signature: &str,
        body: &str,
    ) -> Result<(), SignatureError> {
        let headers = Headers {
            id: "msg_1",
            timestamp,
            signature,
        };
        keys(with).verify(headers, body.as_bytes(), NOW_S)
    }

    /// The pair published with the standard's own reference library.
    #[test]
    fn signs_as_the_reference_does() {
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let signature = keys(OLD).sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", NOW_S, body);
        assert_eq!(
            signature.as_deref(),
            Ok("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=")
        );
    }

    #[test]
    fn keys_can_be_replaced_without_a_gap() {
        let both = keys(&format!("{OLD}, {NEW}"));
        let signature = both.sign("msg_1", NOW_S, b"{}").unwrap();
        assert_eq!(signature.split(' ').count(), 2);
        let now = NOW_S.to_string();
        assert_eq!(verify(OLD, &now, &signature, "{}"), Ok(()));
        assert_eq!(verify(NEW, &now, &signature, "{}"), Ok(()));
        let one = keys(NEW).sign("msg_1", NOW_S, b"{}").unwrap();
        assert_eq!(
            verify(&format!("{OLD} {NEW}"), &now, &format!("v2,x {one}"), "{}"),
            Ok(())
        );
        assert_eq!(verify(OLD, &now, &one, "{}"), Err(SignatureError::Mismatch));
    }

    #[test]
    fn whatever_is_signed_cannot_be_changed() {
        let signature = keys(OLD).sign("msg_1", NOW_S, b"{}").unwrap();
        let now = NOW_S.to_string();
        let later = (NOW_S + 1).to_string();
        let cut = &signature[..signature.len() - 1];
        let other_version = signature.replace("v1,", "v1a,");
        for (timestamp, signature, body) in [
            (&now, signature.as_str(), "{ }"),
            (&later, &signature, "{}"),
            (&now, cut, "{}"),
            (&now, "v1,", "{}"),
            (&now, "", "{}"),
            (&now, &other_version, "{}"),
        ] {
            assert_eq!(
                verify(OLD, timestamp, signature, body),
                Err(SignatureError::Mismatch)
            );
        }
        let headers = Headers {
            id: "msg_2",
            timestamp: &now,
            signature: &signature,
        };
        assert_eq!(
            keys(OLD).verify(headers, b"{}", NOW_S),
            Err(SignatureError::Mismatch)
        );
    }

    #[test]
    fn five_minutes_either_way_and_no_more() {
        for (offset, accepted) in [(-301, false), (-300, true), (300, true), (301, false)] {
            let sent = NOW_S + offset;
            let signature = keys(OLD).sign("msg_1", sent, b"{}").unwrap();
            assert_eq!(
                verify(OLD, &sent.to_string(), &signature, "{}").is_ok(),
                accepted,
                "{offset}"
            );
        }
        for odd in [
            "",
            "now",
            "1649367553.5",
            "-9223372036854775808",
            "99999999999999999999",
        ] {
            assert!(verify(OLD, odd, "v1,x", "{}").is_err());
        }
    }

    #[test]
    fn malformed_keys_are_refused_by_number_and_never_quoted() {
        assert_eq!(
            SigningKeys::parse(" , ").unwrap_err(),
            SignatureError::NoKey
        );
        let short = "whsec_c2hvcnQ=";
        for bad in [
            short,
            "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7o*",
        ] {
            let error = SigningKeys::parse(&format!("{OLD},{bad}")).unwrap_err();
            assert_eq!(error, SignatureError::Key(2));
            assert!(!error.to_string().contains(bad));
        }
        assert_eq!(format!("{:?}", keys(OLD)), "SigningKeys(1 redacted)");
    }
}
