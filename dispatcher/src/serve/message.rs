//! A message as SNS posts it, and its signature.
//!
//! Source: "Verifying the signatures of Amazon SNS messages" in AWS's documentation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use serde::Deserialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// Why a request is not acted on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnsError {
    /// No message of SNS.
    #[error("the body is no message of SNS; subscribe without raw message delivery")]
    Malformed,
    /// A topic that nobody named.
    #[error("the topic `{0}` is not in `CB_TOPIC_ARNS`; add it there if it is to be heard")]
    Topic(String),
    /// A URL that is not one of SNS.
    #[error("`{0}` is no https URL of SNS; nothing is fetched from it")]
    Url(String),
    /// Forged or changed on its way.
    #[error("the signature does not match; the message did not come from SNS as it is")]
    Signature,
    /// Neither 1 nor 2.
    #[error("the signature version `{0}` is unknown; versions 1 and 2 are")]
    Version(String),
    /// No RSA certificate, or not now.
    #[error("the certificate of SNS {0}; check the clock")]
    Certificate(&'static str),
    /// In its own words.
    #[error("cannot fetch from SNS: {0}; check the way out to the internet")]
    Fetch(String),
    /// The callbacks: SNS is to try again.
    #[error("{0}")]
    Failed(String),
}

/// What a message is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(super) enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    #[serde(rename = "Type")]
    pub(super) kind: Kind,
    pub(super) topic_arn: String,
    #[serde(rename = "SigningCertURL")]
    pub(super) signing_cert_url: String,
    #[serde(rename = "SubscribeURL")]
    pub(super) subscribe_url: Option<String>,
    message_id: String,
    message: String,
    subject: Option<String>,
    timestamp: String,
    token: Option<String>,
    signature_version: String,
    signature: String,
}

impl Message {
    pub(super) fn parse(body: &[u8]) -> Result<Message, SnsError> {
        serde_json::from_slice(body).map_err(|_| SnsError::Malformed)
    }

    /// `certificate` is DER, and valid at `now_s` or refused.
    pub(super) fn verify(&self, certificate: &[u8], now_s: i64) -> Result<(), SnsError> {
        let algorithm = match self.signature_version.as_str() {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            other => return Err(SnsError::Version(other.to_owned())),
        };
        let parsed = X509Certificate::from_der(certificate);
        let (_, parsed) = parsed.map_err(|_| SnsError::Certificate("cannot be read"))?;
        let now =
            ASN1Time::from_timestamp(now_s).map_err(|_| SnsError::Certificate("is undated"))?;
        if !parsed.validity().is_valid_at(now) {
            return Err(SnsError::Certificate("is not valid now"));
        }
        let key = &parsed.public_key().subject_public_key.data;
        let signature = STANDARD
            .decode(&self.signature)
            .map_err(|_| SnsError::Signature)?;
        UnparsedPublicKey::new(algorithm, key)
            .verify(self.signed_text().as_bytes(), &signature)
            .map_err(|_| SnsError::Signature)
    }

    /// Name and value of each signed field, a line each, in the order of the names.
    fn signed_text(&self) -> String {
        let notification = self.kind == Kind::Notification;
        let kind = match self.kind {
            Kind::Notification => "Notification",
            Kind::SubscriptionConfirmation => "SubscriptionConfirmation",
            Kind::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        };
        let subject = self.subject.as_deref().filter(|_| notification);
        let confirming = |field: &'_ Option<String>| field.clone().filter(|_| !notification);
        let fields = [
            ("Message", Some(self.message.as_str())),
            ("MessageId", Some(&self.message_id)),
            ("Subject", subject),
            ("SubscribeURL", confirming(&self.subscribe_url).as_deref()),
            ("Timestamp", Some(&self.timestamp)),
            ("Token", confirming(&self.token).as_deref()),
            ("TopicArn", Some(&self.topic_arn)),
            ("Type", Some(kind)),
        ]
        .map(|(name, value)| value.map(|value| format!("{name}\n{value}\n")));
        fields.into_iter().flatten().collect()
    }
}
