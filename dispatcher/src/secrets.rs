//! Fetches the signing keys from AWS Secrets Manager or the Parameter Store, through the Lambda
//! extension "AWS Parameters and Secrets": no AWS library, one request at start.
//!
//! Source: "Use Secrets Manager secrets in Lambda functions" in AWS's documentation. No text here
//! quotes an answer's body: it may be the secret.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use ipnet::IpNet;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use crate::client::Client;
use crate::config::{Lookup, set};
use crate::dial::{self, Dialer};
use crate::log::redact;
use crate::policy::Policy;
use crate::tls::{self, TlsError};

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Both sources are set.
    #[error("`CB_SIGNING_KEYS` and `CB_SIGNING_KEYS_FROM` are both set; keep one")]
    Both,
    /// The source, as it is written.
    #[error(
        "`CB_SIGNING_KEYS_FROM` is `{0}`; write `secretsmanager:NAME-OR-ARN` or `ssm:PARAMETER`"
    )]
    Source(String),
    /// Lambda sets it; elsewhere there is no extension.
    #[error(
        "`CB_SIGNING_KEYS_FROM` works only in Lambda (`AWS_SESSION_TOKEN` is not set); set `CB_SIGNING_KEYS`"
    )]
    NoSession,
    /// Source, and what went wrong last.
    #[error(
        "cannot read `{0}`: {1}; check the extension's layer, the role's permission for it and for \
         its KMS key, and the name"
    )]
    Fetch(String, String),
    /// Source, and what is missing.
    #[error(
        "`{0}` {1}; store the text of `CB_SIGNING_KEYS`, plain or as a JSON field of that name"
    )]
    Content(String, &'static str),
}

/// How long the extension may take to come up and to answer. Lambda grants 10 s for the whole start.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// Secrets Manager's own limit is 64 KiB.
const MAX_ANSWER: usize = 128 * 1024;

/// The text of `CB_SIGNING_KEYS` that the source holds; `None` if no source is set.
pub async fn fetch(lookup: Lookup<'_>) -> Result<Option<String>, SecretError> {
    let Some(source) = set(lookup, "CB_SIGNING_KEYS_FROM") else {
        return Ok(None);
    };
    if set(lookup, "CB_SIGNING_KEYS").is_some() {
        return Err(SecretError::Both);
    }
    let (path, pointer) =
        place(&source).ok_or_else(|| SecretError::Source(redact(&source).into_owned()))?;
    let token = set(lookup, "AWS_SESSION_TOKEN").ok_or(SecretError::NoSession)?;
    let port = set(lookup, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT");
    let port = port.as_deref().unwrap_or("2773");
    let url = format!("http://localhost:{port}{path}");
    let answer = patiently(&url, &token).await;
    let answer = answer.map_err(|why| SecretError::Fetch(source.clone(), why))?;
    let content = |why| SecretError::Content(source.clone(), why);
    let text = answer.pointer(pointer).and_then(Value::as_str);
    let text = text.ok_or(content("holds no text"))?;
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => {
            let field = fields.get("CB_SIGNING_KEYS").and_then(Value::as_str);
            let field = field.ok_or(content("has no field `CB_SIGNING_KEYS`"))?;
            Ok(Some(field.to_owned()))
        }
        _ => Ok(Some(text.to_owned())),
    }
}

/// The extension's path for a source, and where the text stands in its answer.
fn place(source: &str) -> Option<(String, &'static str)> {
    let (service, name) = source.split_once(':')?;
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    match service {
        "secretsmanager" => Some((
            format!("/secretsmanager/get?secretId={name}"),
            "/SecretString",
        )),
        "ssm" => Some((
            format!("/systemsmanager/parameters/get?name={name}&withDecryption=true"),
            "/Parameter/Value",
        )),
        _ => None,
    }
}

/// Asks until there is an answer: the extension starts at the same time as we do, and refuses
/// connections or answers 400 until it is ready.
async fn patiently(url: &str, token: &str) -> Result<Value, String> {
    let client = client().map_err(|error| error.to_string())?;
    let until = Instant::now() + PATIENCE;
    loop {
        let failure = match ask(&client, url, token, until).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        if !failure.may_pass || Instant::now() + PAUSE >= until {
            return Err(failure.why);
        }
        sleep(PAUSE).await;
    }
}

/// One that may dial this machine; the URL names no other.
fn client() -> Result<Client, TlsError> {
    let mut policy = Policy::default();
    policy.cidrs = vec![
        IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 32),
        IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128),
    ];
    let dialer = Dialer {
        policy: Arc::new(policy),
        resolver: dial::system(),
        limit: PATIENCE,
    };
    Ok(Client::new(dialer, tls::config(None)?, PAUSE))
}

struct Failure {
    may_pass: bool,
    why: String,
}

impl Failure {
    fn soon(why: impl ToString) -> Failure {
        Failure {
            may_pass: true,
            why: why.to_string(),
        }
    }

    fn lasting(why: impl ToString) -> Failure {
        Failure {
            may_pass: false,
            ..Failure::soon(why)
        }
    }
}

async fn ask(client: &Client, url: &str, token: &str, until: Instant) -> Result<Value, Failure> {
    let request = Request::get(url)
        .header("x-aws-parameters-secrets-token", token)
        .body(Full::default())
        .map_err(|_| Failure::lasting("the session token or the port is malformed"))?;
    let answer = client.send(request, until).await;
    let answer = answer.map_err(|_| Failure::soon("the extension does not answer"))?;
    let status = answer.status().as_u16();
    match status {
        200 => {}
        400 | 500..=599 => return Err(Failure::soon(format!("the extension answers {status}"))),
        _ => return Err(Failure::lasting(format!("the extension answers {status}"))),
    }
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect();
    let body = match timeout_at(until, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        _ => return Err(Failure::soon("the extension breaks off")),
    };
    serde_json::from_slice(&body).map_err(|_| Failure::lasting("the extension answers no JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_leads_to_one_place() {
        for (source, path) in [
            (
                "secretsmanager:prod/cb keys",
                Some("/secretsmanager/get?secretId=prod%2Fcb%20keys"),
            ),
            (
                "ssm:/prod/cb",
                Some("/systemsmanager/parameters/get?name=%2Fprod%2Fcb&withDecryption=true"),
            ),
            (
                "ssm:a&x=y",
                Some("/systemsmanager/parameters/get?name=a%26x%3Dy&withDecryption=true"),
            ),
            ("ssm:", None),
            ("vault:a", None),
            ("whsec_a", None),
        ] {
            assert_eq!(
                place(source).map(|(path, _)| path).as_deref(),
                path,
                "{source}"
            );
        }
    }
}
