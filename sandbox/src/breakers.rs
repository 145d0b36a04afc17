//! Follows the breakers of a real service by its `GET /breakers`: each change is reported to the sandbox as the service itself
//! could report it, so it stands in line with everything else and in the record. The token goes to the service and nowhere
//! else.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Between two reads, in wall time; also the patience with one.
const PAUSE: Duration = Duration::from_secs(1);
/// An answer is read so far.
const LIMIT: usize = 4 << 20;

/// A service that tells its breakers.
#[derive(Clone)]
pub struct Service {
    /// Where it is: `http://HOST:PORT`, with or without a path.
    pub url: Uri,
    /// Its `CB_ADMIN_TOKEN`, if it has one.
    pub token: Option<String>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Why the breakers are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Unread {
    #[error("the service does not answer")]
    Silent,
    #[error("the service answers {0} to GET /breakers{hint}", hint = hint(*.0))]
    Refused(StatusCode),
    #[error("the answer to GET /breakers has no `breakers`")]
    Strange,
}

fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => {
            ": start the sandbox with the service's CB_ADMIN_TOKEN in its environment"
        }
        _ => "",
    }
}

/// What a breaker's group is, by breaker and group.
type States = BTreeMap<(String, String), String>;

/// Reads again and again, and reports to the sandbox (`router`) what has changed.
pub(crate) async fn follow(router: Router, service: Service) {
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let (mut known, mut trouble) = (States::new(), None);
    loop {
        let read = tokio::time::timeout(PAUSE, read(&client, &service)).await;
        let now = match read.unwrap_or(Err(Unread::Silent)) {
            Ok(states) => {
                for data in changes(&known, &states) {
                    report(&router, "breaker", data).await;
                }
                known = states;
                None
            }
            Err(why) => Some(why),
        };
        if now != trouble {
            let text = now.as_ref().map(Unread::to_string);
            report(
                &router,
                "service",
                json!({"answers": text.is_none(), "error": text}),
            )
            .await;
            trouble = now;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn read(client: &Client<HttpConnector, Body>, service: &Service) -> Result<States, Unread> {
    let base = service.url.to_string();
    let mut request = Request::get(format!("{}/breakers", base.trim_end_matches('/')));
    if let Some(token) = &service.token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).map_err(|_| Unread::Silent)?;
    let answer = client.request(request).await.map_err(|_| Unread::Silent)?;
    if answer.status() != StatusCode::OK {
        return Err(Unread::Refused(answer.status()));
    }
    let body = to_bytes(Body::new(answer.into_body()), LIMIT).await;
    let body = body.map_err(|_| Unread::Silent)?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| Unread::Strange)?;
    states(&body).ok_or(Unread::Strange)
}

/// The states in an answer; an override wins over what the monitor says.
fn states(answer: &Value) -> Option<States> {
    let mut states = States::new();
    for (breaker, told) in answer.get("breakers")?.as_object()? {
        let mut add = |group: &String, state: &str| {
            states.insert((breaker.clone(), group.clone()), state.to_owned());
        };
        for (group, entry) in told["groups"].as_object().into_iter().flatten() {
            add(group, entry["state"].as_str().unwrap_or("unknown"));
        }
        for (group, forced) in told["overrides"].as_object().into_iter().flatten() {
            let mode = forced["mode"].as_str().unwrap_or_default();
            add(group, mode.strip_prefix("force_").unwrap_or("unknown"));
        }
    }
    Some(states)
}

/// What is new or different; a group that the service forgot is closed.
fn changes(old: &States, new: &States) -> Vec<Value> {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let gone = gone.map(|key| (key, "closed"));
    let told = new
        .iter()
        .filter(|(key, state)| old.get(*key) != Some(*state));
    let told = told.map(|(key, state)| (key, state.as_str()));
    gone.chain(told)
        .map(
            |((breaker, group), state)| json!({"breaker": breaker, "group": group, "state": state}),
        )
        .collect()
}

async fn report(router: &Router, kind: &str, data: Value) {
    let body = json!({"kind": kind, "data": data}).to_string();
    if let Ok(request) = Request::post("/_sandbox/reports").body(Body::from(body)) {
        let Ok(_) = router.clone().oneshot(request).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(breakers: Value) -> States {
        states(&json!({"breakers": breakers})).unwrap()
    }

    #[test]
    fn only_changes_are_told() {
        let open = read(
            json!({"bank": {"groups": {"b:1": {"state": "open"}, "b:2": {"state": "closed"}}}}),
        );
        assert_eq!(changes(&States::new(), &open).len(), 2);
        assert!(changes(&open, &open).is_empty());
        let later = read(json!({"bank": {"groups": {"b:1": {"state": "degraded"}}}}));
        let told = changes(&open, &later);
        let expected = [("b:2", "closed"), ("b:1", "degraded")];
        let expected = expected
            .map(|(group, state)| json!({"breaker": "bank", "group": group, "state": state}));
        assert_eq!(told, expected);
    }

    #[test]
    fn an_override_wins() {
        let forced = json!({"b:1": {"mode": "force_open"}, "*": {"mode": "force_closed"}});
        let states =
            read(json!({"bank": {"groups": {"b:1": {"state": "closed"}}, "overrides": forced}}));
        let found: Vec<&str> = states.values().map(String::as_str).collect();
        assert_eq!(found, ["closed", "open"]);
        assert_eq!(super::states(&json!({})), None);
    }

    #[test]
    fn the_token_is_never_shown() {
        let service = Service {
            url: Uri::from_static("http://localhost:1"),
            token: Some("hush".to_owned()),
        };
        assert!(!format!("{service:?}").contains("hush"));
    }
}
