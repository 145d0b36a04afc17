//! Who may call: Standard Webhooks signatures under any of several keys. Keys never reach a log.

use axum::http::HeaderMap;
use standardwebhooks::Webhook;

/// The keys of `CB_SIGNING_KEYS`; several while one is being rotated out.
pub struct SigningKeys(Vec<Webhook>);

impl SigningKeys {
    /// Reads `whsec_…` keys separated by spaces or commas. The error is the remedy and quotes no key.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let keys = text.split([' ', ',']).filter(|key| !key.is_empty()).map(|key| match key.strip_prefix("whsec_") {
            Some(secret) if secret.len() >= 32 => Webhook::new(key).map_err(|_| "a key is not base64 after `whsec_`"),
            Some(_) => Err("a key is shorter than 24 bytes: use `whsec_$(openssl rand -base64 32)`"),
            None => Err("a key does not start with `whsec_`: use `whsec_$(openssl rand -base64 32)`"),
        });
        match keys.collect::<Result<Vec<_>, _>>()? {
            none if none.is_empty() => Err("set it to the dispatcher's `whsec_…` key"),
            keys => Ok(Self(keys)),
        }
    }

    /// True if one key signed exactly this body less than five minutes from now, by the wall clock.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.0.iter().any(|key| key.verify(body, headers).is_ok())
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKeys({} hidden)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_checked_and_never_shown() {
        let good = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        assert_eq!(format!("{:?}", SigningKeys::parse(&format!("{good}, {good}")).unwrap()), "SigningKeys(2 hidden)");
        for bad in
            ["", " , ", "whsec_short", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_!!!!sBQIhrscChlQIMV+b5sSYspob7oD"]
        {
            assert!(SigningKeys::parse(bad).is_err(), "{bad}");
        }
    }
}
