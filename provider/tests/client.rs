//! The HTTP client against a scripted server: what it sends, what it repeats, what it says when it gives up.

#[cfg(test)]
mod support;

use provider::datadog::{ApiUrl, Client, Error, Keys};
use serde_json::json;
use std::sync::Arc;
use support::scripted::{Canned, Scripted};
use support::setting::{Pauses, Setting, client};

const MISSING: Canned = (404, &[], r#"{"errors":["Monitor not found"]}"#);
const DOWN: Canned = (503, &[], "<html>unavailable</html>");
const FOUND: Canned = (200, &[], r#"{"id":7}"#);
const LIMITED: Canned = (
    429,
    &[
        ("x-ratelimit-reset", "9"),
        ("x-ratelimit-name", "monitor_api"),
    ],
    r#"{"errors":["slow"]}"#,
);
const LIMITED_FOR_AN_HOUR: Canned = (
    429,
    &[
        ("x-ratelimit-reset", "3600"),
        ("x-ratelimit-name", "monitor_api"),
    ],
    r#"{"errors":["slow"]}"#,
);

#[tokio::test]
async fn requests_carry_both_keys_and_go_where_the_api_says() {
    let s = Setting::of(&[FOUND, FOUND, FOUND, FOUND, FOUND, FOUND]).await;
    s.client.create_monitor(&json!({})).await.unwrap();
    s.client.read_monitor("7").await.unwrap();
    s.client.update_monitor("7", &json!({})).await.unwrap();
    s.client.validate_monitor(None, &json!({})).await.unwrap();
    s.client
        .validate_monitor(Some("7"), &json!({}))
        .await
        .unwrap();
    s.client.delete_monitor("7", true).await.unwrap();
    let expected = [
        "POST /api/v1/monitor",
        "GET /api/v1/monitor/7",
        "PUT /api/v1/monitor/7",
        "POST /api/v1/monitor/validate",
        "POST /api/v1/monitor/7/validate",
        "DELETE /api/v1/monitor/7?force=true",
    ];
    assert_eq!(
        s.server.seen(),
        expected.map(|line| format!("{line} api-secret/app-secret"))
    );
}

#[tokio::test]
async fn gone_is_none_and_deleting_what_is_gone_succeeds() {
    let s = Setting::of(&[MISSING, MISSING]).await;
    assert_eq!(s.client.read_monitor("7").await.unwrap(), None);
    s.client.delete_monitor("7", false).await.unwrap();
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_for_every_method() {
    let s = Setting::of(&[LIMITED, FOUND, LIMITED, LIMITED, FOUND]).await;
    s.client.create_monitor(&json!({})).await.unwrap();
    s.client.read_monitor("7").await.unwrap();
    assert_eq!(s.pauses(), [9, 9, 9]);
}

#[tokio::test]
async fn a_rate_limit_of_an_hour_is_reported_instead() {
    let s = Setting::of(&[LIMITED_FOR_AN_HOUR]).await;
    let error = s.client.read_monitor("7").await.unwrap_err();
    assert!(
        error.to_string().contains("`monitor_api`") && error.to_string().contains("3600 s"),
        "{error}"
    );
    assert_eq!(s.pauses(), [0; 0]);
}

#[tokio::test]
async fn a_failed_read_is_repeated_and_a_failed_create_is_not() {
    let s = Setting::of(&[DOWN, DOWN, FOUND, DOWN]).await;
    assert_eq!(
        s.client.read_monitor("7").await.unwrap(),
        Some(json!({"id": 7}))
    );
    let error = s.client.create_monitor(&json!({})).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unavailable {
                maybe_done: true,
                attempts: 1,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains("look in datadog before you apply again"),
        "{error}"
    );
    assert_eq!(s.server.seen().len(), 4);
}

#[tokio::test]
async fn a_server_that_stays_down_is_given_up() {
    let s = Setting::of(&[DOWN; 5]).await;
    let error = s.client.update_monitor("7", &json!({})).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unavailable {
                maybe_done: false,
                attempts: 5,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(s.pauses(), [1, 2, 4, 8]);
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_tried_again_even_for_a_create() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let pauses = Arc::new(Pauses::default());
    let error = client(&url, pauses.clone())
        .create_monitor(&json!({}))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unreachable {
                maybe_done: false,
                attempts: 5,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(pauses.all(), [1, 2, 4, 8]);
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_keys() {
    let (elsewhere, target) = Scripted::start(&[FOUND]).await;
    let headers: &'static [(&str, &str)] = Vec::leak(vec![("location", &*String::leak(target))]);
    let s = Setting::of(&[(302, headers, "")]).await;
    assert!(s.client.read_monitor("7").await.is_err());
    assert_eq!(elsewhere.seen(), [""; 0]);
}

#[tokio::test]
async fn no_key_is_ever_printed() {
    let s = Setting::of(&[(
        403,
        &[],
        r#"{"errors":["key api-secret with app-secret is unknown"]}"#,
    )])
    .await;
    let error = s.client.read_monitor("7").await.unwrap_err();
    let printed = format!("{error} {error:?} {:?}", s.client);
    assert!(
        printed.contains("[redacted]") && !printed.contains("-secret"),
        "{printed}"
    );
    let keys = Keys {
        api: "bad\nkey".to_owned(),
        app: String::new(),
    };
    let url = ApiUrl::choose(None, None).unwrap();
    let error = Client::new(url, keys, "test", Arc::new(Pauses::default())).unwrap_err();
    assert!(
        error.to_string().contains("`api_key`") && !error.to_string().contains("bad"),
        "{error}"
    );
}
