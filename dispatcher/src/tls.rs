//! The TLS settings of everything that goes out: rustls with ring, Mozilla's roots, and those of
//! `CB_EXTRA_CA`.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CipherSuite, ClientConfig, RootCertStore};

/// Why there are no TLS settings.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of `CB_EXTRA_CA`.
    #[error("`CB_EXTRA_CA`: `{0}` {1}; give a readable PEM file with at least one certificate")]
    ExtraCa(String, String),
    /// The TLS library refuses its own defaults.
    #[error("cannot set up TLS: {0}")]
    Setup(#[from] rustls::Error),
}

/// Trusts Mozilla's roots and those of the file `extra_ca`.
pub(crate) fn config(extra_ca: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = extra_ca {
        trust(&mut roots, path)
            .map_err(|why| TlsError::ExtraCa(path.display().to_string(), why))?;
    }
    let mut ring = rustls::crypto::ring::default_provider();
    // The server mostly takes the client's first choice: strong enough for a callback, and the cheapest to set up.
    ring.cipher_suites
        .sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    Ok(ClientConfig::builder_with_provider(Arc::new(ring))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn trust(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let unreadable = |error: rustls::pki_types::pem::Error| format!("cannot be read: {error}");
    let mut found = 0;
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        let certificate = certificate.map_err(unreadable)?;
        roots
            .add(certificate)
            .map_err(|error| format!("holds a bad certificate: {error}"))?;
        found += 1;
    }
    if found == 0 {
        Err("holds no certificate".to_owned())
    } else {
        Ok(())
    }
}
