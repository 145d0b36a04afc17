//! The certificates that SNS signs with: fetched once from SNS itself, and from nowhere else.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use contract::CallbackUrl;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::message::SnsError;
use crate::tls::{self, TlsError};

/// Gets the body of a URL that was found good, or says why not.
pub type Fetch = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>> + Send + Sync,
>;

/// Far more than a certificate or an answer of SNS has.
const MAX_BODY: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);
/// SNS has one certificate per region at a time.
const MAX_KEPT: usize = 32;

/// Fetches over https, following nothing.
pub fn over_https(extra_ca: Option<&Path>) -> Result<Fetch, TlsError> {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls::config(extra_ca)?)
        .https_only()
        .enable_http1()
        .build();
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    Ok(Arc::new(move |url| {
        let client = client.clone();
        Box::pin(async move {
            let url = url.parse().map_err(|_| "a malformed URL".to_owned())?;
            let body = async {
                let answer = client.get(url).await.map_err(|error| error.to_string())?;
                match answer.status().as_u16() {
                    200 => Limited::new(answer.into_body(), MAX_BODY)
                        .collect()
                        .await
                        .map_err(|error| error.to_string()),
                    other => Err(format!("it answers {other}")),
                }
            };
            let body = tokio::time::timeout(PATIENCE, body).await;
            let body = body.unwrap_or_else(|_| Err("no answer in time".to_owned()))?;
            Ok(body.to_bytes().to_vec())
        })
    }))
}

/// Those that were needed, by their URL.
pub(super) struct Certificates {
    fetch: Fetch,
    kept: Mutex<HashMap<String, Arc<[u8]>>>,
}

impl Certificates {
    pub(super) fn new(fetch: Fetch) -> Certificates {
        Certificates {
            fetch,
            kept: Mutex::default(),
        }
    }

    /// The certificate at `url`, as DER.
    pub(super) async fn get(&self, url: &str) -> Result<Arc<[u8]>, SnsError> {
        let path = of_sns(url)?.path;
        if !path.ends_with(".pem") {
            return Err(SnsError::Url(url.to_owned()));
        }
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(url) {
            return Ok(Arc::clone(known));
        }
        let pem = (self.fetch)(url.to_owned())
            .await
            .map_err(SnsError::Fetch)?;
        let der = CertificateDer::from_pem_slice(&pem)
            .map_err(|_| SnsError::Certificate("is no PEM file"))?;
        let der: Arc<[u8]> = Arc::from(der.as_ref());
        let mut kept = kept();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(url.to_owned(), Arc::clone(&der));
        Ok(der)
    }
}

/// `https://sns.REGION.amazonaws.com/…`, or China's; nothing else is asked for anything.
pub(super) fn of_sns(url: &str) -> Result<CallbackUrl, SnsError> {
    let other = || SnsError::Url(url.to_owned());
    let parsed = CallbackUrl::parse(url).map_err(|_| other())?;
    let host = parsed.host.strip_prefix("sns.").ok_or_else(other)?;
    let region = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let sound = region.is_some_and(|region| !region.is_empty() && region.bytes().all(plain));
    if sound && parsed.secure && parsed.port == 443 {
        Ok(parsed)
    } else {
        Err(other())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sns_itself_is_asked() {
        for (url, good) in [
            ("https://sns.us-east-1.amazonaws.com/a.pem", true),
            ("https://sns.cn-north-1.amazonaws.com.cn/a.pem", true),
            (
                "https://SNS.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
                true,
            ),
            ("http://sns.us-east-1.amazonaws.com/a.pem", false),
            ("https://sns.us-east-1.amazonaws.com:8443/a.pem", false),
            (
                "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
                false,
            ),
            ("https://sns.evil.example/a.pem", false),
            ("https://evil.s3.us-east-1.amazonaws.com/a.pem", false),
            ("https://sns.a.b.amazonaws.com/a.pem", false),
            ("https://sns..amazonaws.com/a.pem", false),
            ("https://sns.amazonaws.com/a.pem", false),
            (
                "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(of_sns(url).is_ok(), good, "{url}");
        }
    }
}
