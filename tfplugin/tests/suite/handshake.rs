//! The handshake as go-plugin does it: who holds the certificate of `PLUGIN_CLIENT_CERT`, and its
//! key, may call; nobody else. Certificates and signatures are ECDSA P-521, as Terraform's are.

use hyper_util::rt::TokioIo;
use p521::{
    ecdsa::{Signature, SigningKey, signature::RandomizedSigner},
    elliptic_curve::rand_core::OsRng,
    pkcs8::EncodePublicKey,
};
use std::{
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};
use tfplugin::proto::tfplugin6::{get_metadata, provider_client::ProviderClient};
use tokio::net::UnixStream;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, ClientConfig, DigitallySignedStruct, Error, SignatureAlgorithm, SignatureScheme,
        client::{
            ResolvesClientCert,
            danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        },
        crypto::ring,
        pki_types::{CertificateDer, ServerName, UnixTime},
        sign::{CertifiedKey, Signer},
    },
};
use tonic::transport::Endpoint;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// A certificate with its key.
struct Identity {
    certificate: CertificateDer<'static>,
    key: Arc<Key>,
}

impl Identity {
    fn new() -> Self {
        let key = SigningKey::random(&mut OsRng);
        let certificate = CertificateDer::from(self_signed(&key));
        Self {
            certificate,
            key: Arc::new(Key(key)),
        }
    }

    fn pem(&self) -> String {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let body = STANDARD.encode(&self.certificate);
        let lines: Vec<_> = body
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    }
}

/// An X.509 certificate of version 3, as small as may be.
fn self_signed(key: &SigningKey) -> Vec<u8> {
    let ecdsa_with_sha512 = tlv(0x30, &[&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4]]);
    let common_name = tlv(0x30, &[&[6, 3, 0x55, 4, 3], &tlv(0x0c, &[b"localhost"])]);
    let name = tlv(0x30, &[&tlv(0x31, &[&common_name])]);
    let validity = tlv(
        0x30,
        &[
            &tlv(0x17, &[b"200101000000Z"]),
            &tlv(0x17, &[b"491231235959Z"]),
        ],
    );
    let public = p521::PublicKey::from_affine(*p521::ecdsa::VerifyingKey::from(key).as_affine());
    let spki = public.unwrap().to_public_key_der().unwrap();
    let version = tlv(0xa0, &[&[2, 1, 2]]);
    let parts: [&[u8]; 7] = [
        &version,
        &[2, 1, 1],
        &ecdsa_with_sha512,
        &name,
        &validity,
        &name,
        spki.as_bytes(),
    ];
    let body = tlv(0x30, &parts);
    let signature: Signature = key.sign_with_rng(&mut OsRng, &body);
    let bits = tlv(3, &[&[0], signature.to_der().as_bytes()]);
    tlv(0x30, &[&body, &ecdsa_with_sha512, &bits])
}

/// A DER element.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut der = vec![tag];
    match content.len() {
        0..=127 => der.push(length[1]),
        128..=255 => der.extend([0x81, length[1]]),
        _ => der.extend([0x82, length[0], length[1]]),
    }
    der.extend(content);
    der
}

/// Signs with P-521, which ring cannot.
struct Key(SigningKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

#[derive(Debug)]
struct KeySigner(Arc<Key>);

#[derive(Debug)]
struct SharedKey(Arc<Key>);

impl rustls::sign::SigningKey for SharedKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(KeySigner(self.0.clone())) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for KeySigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: Signature = self.0.0.sign_with_rng(&mut OsRng, message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

/// Shows the certificate whatever the server asks for; with none, shows none.
#[derive(Debug)]
struct Shows(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// Believes only the server of the handshake line, as go-plugin does.
#[derive(Debug)]
struct Announced(CertificateDer<'static>);

impl ServerCertVerifier for Announced {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        assert_eq!(
            *end_entity, self.0,
            "another certificate than the announced one"
        );
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The example provider, started as Terraform would; it ends with the value.
struct Plugin {
    process: Child,
    // The process is killed and cannot remove its socket itself.
    _sockets: tempfile::TempDir,
    socket: String,
    certificate: CertificateDer<'static>,
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Plugin {
    fn start(client: &Identity) -> Self {
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
        let mut command = Command::new(crate::support::example());
        command
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "6");
        let sockets = tempfile::tempdir().unwrap();
        command.env("PLUGIN_UNIX_SOCKET_DIR", sockets.path());
        command.env("PLUGIN_CLIENT_CERT", client.pem());
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let parts: Vec<_> = line.trim_end().split('|').collect();
        assert_eq!(parts[..3], ["1", "6", "unix"], "{line}");
        assert!(Path::new(parts[3]).starts_with(sockets.path()), "{line}");
        let certificate = STANDARD_NO_PAD.decode(parts[5]).unwrap().into();
        Self {
            process,
            _sockets: sockets,
            socket: parts[3].to_owned(),
            certificate,
        }
    }

    /// Calls `GetMetadata`, showing `shown`; the names of the resources, or why not.
    async fn call(&self, shown: Option<CertifiedKey>) -> Result<Vec<String>, String> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Announced(self.certificate.clone())))
            .with_client_cert_resolver(Arc::new(Shows(shown.map(Arc::new))));
        config.alpn_protocols = vec![b"h2".to_vec()];
        let connector = TlsConnector::from(Arc::new(config));
        let socket = self.socket.clone();
        let connect = tower::service_fn(move |_| {
            let (connector, socket) = (connector.clone(), socket.clone());
            async move {
                let stream = UnixStream::connect(socket).await?;
                let name = ServerName::try_from("localhost").unwrap();
                connector.connect(name, stream).await.map(TokioIo::new)
            }
        });
        let endpoint = Endpoint::from_static("http://localhost");
        let channel = endpoint.connect_with_connector(connect).await;
        let mut client = ProviderClient::new(channel.map_err(|error| format!("{error:?}"))?);
        let answer = client.get_metadata(get_metadata::Request {}).await;
        let metadata = answer.map_err(|status| format!("{status:?}"))?.into_inner();
        Ok(metadata
            .resources
            .into_iter()
            .map(|resource| resource.type_name)
            .collect())
    }
}

fn shows(certificate: &Identity, key: &Identity) -> Option<CertifiedKey> {
    let key = Arc::new(SharedKey(key.key.clone()));
    Some(CertifiedKey::new(
        vec![certificate.certificate.clone()],
        key,
    ))
}

#[tokio::test]
async fn only_the_holder_of_the_announced_certificate_may_call() {
    let (terraform, stranger) = (Identity::new(), Identity::new());
    let plugin = Plugin::start(&terraform);
    let right = plugin.call(shows(&terraform, &terraform)).await;
    assert_eq!(right, Ok(vec!["notes_note".to_owned()]));
    let refused = [
        ("no certificate", None),
        ("another certificate", shows(&stranger, &stranger)),
        (
            "the right certificate and another key",
            shows(&terraform, &stranger),
        ),
    ];
    for (what, shown) in refused {
        let outcome = plugin.call(shown).await;
        assert!(outcome.is_err(), "{what} was let in: {outcome:?}");
    }
    let again = plugin.call(shows(&terraform, &terraform)).await;
    assert!(
        again.is_ok(),
        "the refusals held up the right one: {again:?}"
    );
}

#[tokio::test]
async fn a_peer_without_tls_is_refused() {
    let plugin = Plugin::start(&Identity::new());
    let socket = plugin.socket.clone();
    let connect = tower::service_fn(move |_| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    let channel = Endpoint::from_static("http://localhost")
        .connect_with_connector(connect)
        .await;
    let outcome = match channel {
        Ok(channel) => ProviderClient::new(channel)
            .get_metadata(get_metadata::Request {})
            .await
            .map(drop),
        Err(error) => Err(tonic::Status::unavailable(error.to_string())),
    };
    assert!(outcome.is_err(), "plain text was let in");
}

#[test]
fn the_socket_is_for_this_user_alone() {
    let plugin = Plugin::start(&Identity::new());
    let mode = std::fs::metadata(&plugin.socket)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    let output = Command::new(crate::support::example())
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        output.stdout.is_empty(),
        "stdout is for the handshake alone"
    );
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("Terraform provider") && text.contains("-debug"),
        "{text}"
    );
}
