//! Which certificates are trusted: the machine's own (so a company's proxy and `SSL_CERT_FILE` work), or,
//! on a machine that has none, Mozilla's list compiled in. rustls with ring, named explicitly: no global provider.

use super::Error;
use std::sync::Arc;

/// The TLS settings of every request.
pub(super) fn config() -> Result<rustls::ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Setup(error.to_string()))?;
    let mut config = builder
        .with_root_certificates(roots())
        .with_no_client_auth();
    // In the order of preference; the client does not add them to settings it is given.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots() -> rustls::RootCertStore {
    let mut roots = rustls::RootCertStore::empty();
    // A broken file among the machine's certificates is skipped, as every other program on it does.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

#[cfg(test)]
mod tests {
    #[test]
    fn some_roots_are_always_trusted_and_http_2_is_asked_for() {
        assert!(!super::roots().is_empty());
        assert_eq!(
            super::config().unwrap().alpn_protocols,
            [&b"h2"[..], b"http/1.1"]
        );
    }
}
