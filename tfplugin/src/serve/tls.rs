//! Mutual TLS with one known peer. Terraform hands over its certificate when it starts
//! the process; exactly that one may connect, and must show that it holds the key.
//!
//! go-plugin's certificates are of ECDSA P-521, which ring cannot verify: that one
//! signature is checked with the `p521` crate. Both sides have TLS 1.3.

use p521::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};
use std::{io, sync::Arc};
use tokio::net::UnixStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved, ServerConfig,
        SignatureScheme,
        client::danger::HandshakeSignatureValid,
        crypto::{CryptoProvider, ring},
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime, pem::PemObject},
        server::danger::{ClientCertVerified, ClientCertVerifier},
    },
    server::TlsStream,
};

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("`PLUGIN_CLIENT_CERT` is no certificate in PEM: start the provider with Terraform")]
    ClientCertificate,
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot set up TLS: {0}")]
    Config(#[from] Error),
}

/// The server's side of TLS.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    certificate: CertificateDer<'static>,
}

impl Tls {
    /// Makes a certificate of its own, and admits only the peer with the certificate of
    /// `client_pem`.
    pub(crate) fn new(client_pem: &str) -> Result<Self, TlsError> {
        let client = CertificateDer::from_pem_slice(client_pem.as_bytes())
            .map_err(|_| TlsError::ClientCertificate)?;
        let (certificate, key) = certificate()?;
        let crypto = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(crypto.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(Arc::new(OnePeer {
                certificate: client,
                crypto,
            }))
            .with_single_cert(vec![certificate.clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }

    /// The server's own certificate, in DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    pub(crate) async fn accept(&self, stream: UnixStream) -> io::Result<TlsStream<UnixStream>> {
        self.acceptor.accept(stream).await
    }
}

/// A certificate for `localhost`, the name that go-plugin asks for, which it takes as
/// its own authority.
fn certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair,
        KeyUsagePurpose,
    };
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
    ];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.der().clone();
    Ok((
        certificate,
        PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    ))
}

/// Admits one certificate, byte for byte, and the holder of its key.
#[derive(Debug)]
struct OnePeer {
    certificate: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ClientCertVerifier for OnePeer {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            return Ok(ClientCertVerified::assertion());
        }
        Err(Error::InvalidCertificate(
            rustls::CertificateError::ApplicationVerificationFailure,
        ))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signed.scheme == SignatureScheme::ECDSA_NISTP521_SHA512 {
            return verify_p521(message, certificate, signed.signature());
        }
        let algorithms = &self.crypto.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self
            .crypto
            .signature_verification_algorithms
            .supported_schemes();
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}

fn verify_p521(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &[u8],
) -> Result<HandshakeSignatureValid, Error> {
    let bad = || Error::InvalidCertificate(rustls::CertificateError::BadSignature);
    let certificate = webpki::EndEntityCert::try_from(certificate).map_err(|_| bad())?;
    let spki = certificate.subject_public_key_info();
    let key = p521::PublicKey::from_public_key_der(&spki).map_err(|_| bad())?;
    let key = VerifyingKey::from_affine(*key.as_affine()).map_err(|_| bad())?;
    let signature = Signature::from_der(signature).map_err(|_| bad())?;
    key.verify(message, &signature).map_err(|_| bad())?;
    Ok(HandshakeSignatureValid::assertion())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::{
        TlsConnector,
        rustls::{
            ClientConfig,
            client::danger::{ServerCertVerified, ServerCertVerifier},
            pki_types::ServerName,
        },
    };

    /// Believes any server: these tests are about the client's side.
    #[derive(Debug)]
    struct Anyone;

    impl ServerCertVerifier for Anyone {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ECDSA_NISTP256_SHA256]
        }
    }

    fn identity() -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap(), key)
    }

    /// Whether the server lets this client say something.
    async fn admitted(server: &Tls, config: ClientConfig) -> bool {
        let (near, far) = UnixStream::pair().unwrap();
        let server = server.clone();
        let served = tokio::spawn(async move {
            let mut stream = server.accept(far).await?;
            stream.read_u8().await
        });
        let connector = TlsConnector::from(Arc::new(config));
        let name = ServerName::try_from("localhost").unwrap();
        if let Ok(mut stream) = connector.connect(name, near).await {
            // A client learns of a refusal only after it has spoken; a server that
            // admits it first has tickets to send, so the client must stay.
            drop(stream.write_u8(7).await);
            drop(stream.flush().await);
            drop(stream.read_to_end(&mut Vec::new()).await);
        }
        served.await.unwrap().is_ok_and(|byte| byte == 7)
    }

    fn client(
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone))
    }

    #[tokio::test]
    async fn other_curves_than_p521_are_verified_too() {
        let (right, key) = identity();
        let server = Tls::new(&right.pem()).unwrap();
        let shows = |versions, certificate: &rcgen::Certificate, key: &KeyPair| {
            let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
            client(versions)
                .with_client_auth_cert(vec![certificate.der().clone()], key)
                .unwrap()
        };
        let new = &[&rustls::version::TLS13][..];
        assert!(admitted(&server, shows(new, &right, &key)).await);
        let (another, another_key) = identity();
        assert!(!admitted(&server, shows(new, &another, &another_key)).await);
        assert!(!admitted(&server, client(new).with_no_client_auth()).await);
        let old = &[&rustls::version::TLS12][..];
        assert!(!admitted(&server, shows(old, &right, &key)).await);
    }

    #[test]
    fn no_certificate_is_no_terms() {
        assert!(matches!(Tls::new("PEM"), Err(TlsError::ClientCertificate)));
    }
}
