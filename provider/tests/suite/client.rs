//! The HTTP client against a scripted server: what it sends, what it repeats, what it says when it gives up.

use crate::support::scripted::{Canned, Scripted};
use crate::support::setting::{Pauses, Setting, client, timing};
use provider::datadog::{ApiUrl, Client, Error, Keys, Wanted};
use serde_json::{Value, json};
use std::sync::Arc;
use std::task::Poll;
use tokio_util::sync::CancellationToken;

const MISSING: Canned = (404, &[], r#"{"errors":["Monitor not found"]}"#);
const DOWN: Canned = (503, &[], "<html>unavailable</html>");
const FOUND: Canned = (200, &[], r#"{"id":7}"#);
const NONE: Canned = (200, &[], "[]");
const PAGE: Canned = (200, &[], "<html>sign in</html>");
const PAGE_404: Canned = (404, &[], "<html>nobody here</html>");
const SLOW: &str = r#"{"errors":["slow"]}"#;
const LIMITED: Canned = (429, LIMIT_9, SLOW);
const LIMITED_UNTOLD: Canned = (429, &[], SLOW);
const LIMITED_FOR_AN_HOUR: Canned = (429, LIMIT_3600, SLOW);
const LAST: Canned = (200, LIMIT_8, r#"{"id":7}"#);
const ONE_LEFT: Canned = (200, LIMIT_1_LEFT, r#"{"id":7}"#);

type Headers = &'static [(&'static str, &'static str)];
const LIMIT_9: Headers = &[
    ("x-ratelimit-limit", "20"),
    ("x-ratelimit-period", "10"),
    ("x-ratelimit-remaining", "0"),
    ("x-ratelimit-reset", "9"),
    ("x-ratelimit-name", "monitor_api"),
];
const LIMIT_8: Headers = &[
    LIMIT_9[0],
    LIMIT_9[1],
    LIMIT_9[2],
    ("x-ratelimit-reset", "8"),
    LIMIT_9[4],
];
const LIMIT_3600: Headers = &[
    LIMIT_9[0],
    LIMIT_9[1],
    LIMIT_9[2],
    ("x-ratelimit-reset", "3600"),
    LIMIT_9[4],
];
const LIMIT_1_LEFT: Headers = &[
    LIMIT_9[0],
    LIMIT_9[1],
    ("x-ratelimit-remaining", "1"),
    LIMIT_9[3],
    LIMIT_9[4],
];

/// Creates a monitor that no other equals.
async fn create(client: &Client) -> Result<Value, Error> {
    let wanted = Wanted {
        body: &json!({"name": "a b"}),
        same: &|_| false,
        stop: &CancellationToken::new(),
    };
    client.create_monitor(wanted).await
}

#[tokio::test]
async fn requests_carry_both_keys_and_go_where_the_api_says() {
    let s = Setting::of(&[NONE, FOUND, FOUND, FOUND, FOUND, FOUND, FOUND]).await;
    create(&s.client).await.unwrap();
    s.client.read_monitor("7").await.unwrap();
    s.client.update_monitor("7", &json!({})).await.unwrap();
    s.client.validate_monitor(None, &json!({})).await.unwrap();
    s.client
        .validate_monitor(Some("7"), &json!({}))
        .await
        .unwrap();
    s.client.delete_monitor("7", true).await.unwrap();
    let expected = [
        "GET /api/v1/monitor?name=a+b&page=0&page_size=1000",
        "POST /api/v1/monitor",
        "GET /api/v1/monitor/7?with_assets=true",
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
    s.client.update_monitor("7", &json!({})).await.unwrap();
    s.client.read_monitor("7").await.unwrap();
    assert_eq!(s.pauses(), [9, 9, 9]);
}

#[tokio::test]
async fn a_rate_limit_of_an_hour_is_reported_instead() {
    let s = Setting::of(&[LIMITED_FOR_AN_HOUR]).await;
    let error = s.client.read_monitor("7").await.unwrap_err().to_string();
    for part in ["`monitor_api`", "resets only in 3600 s", "-parallelism"] {
        assert!(error.contains(part), "`{part}` is missing in: {error}");
    }
    assert_eq!(s.pauses(), [0; 0]);
}

#[tokio::test]
async fn a_limit_that_lets_nothing_through_is_given_up_told_or_untold() {
    for limited in [LIMITED, LIMITED_UNTOLD] {
        let s = Setting::of(&[limited]).await;
        let error = s.client.read_monitor("7").await.unwrap_err().to_string();
        assert!(error.contains("nothing got through for"), "{error}");
        let waited = s.waited();
        assert!((500..=600).contains(&waited), "{waited}");
        // Nobody after it waits as long again, but for a reset that was told.
        s.client.read_monitor("8").await.unwrap_err();
        assert!(s.waited() <= waited + 9, "{}", s.waited());
    }
}

#[tokio::test]
async fn requests_wait_before_their_limit_is_hit() {
    let s = Setting::of(&[LAST, FOUND, FOUND]).await;
    s.client.read_monitor("7").await.unwrap();
    s.client.update_monitor("7", &json!({})).await.unwrap();
    assert_eq!(s.pauses(), [0; 0], "the limit is not known to be of PUT");
    s.client.read_monitor("8").await.unwrap();
    assert_eq!(s.pauses(), [8]);
}

#[tokio::test]
async fn a_request_that_is_dropped_leaves_its_place_in_the_limit() {
    let s = Setting::of(&[ONE_LEFT, FOUND]).await;
    s.client.read_monitor("7").await.unwrap();
    let mut dropped = Box::pin(s.client.read_monitor("7"));
    let first = std::future::poll_fn(|cx| Poll::Ready(dropped.as_mut().poll(cx)));
    assert!(first.await.is_pending());
    drop(dropped);
    s.client.read_monitor("7").await.unwrap();
    assert_eq!(s.pauses(), [0; 0]);
}

#[tokio::test]
async fn what_is_not_the_apis_answer_is_asked_for_again() {
    for strange in [DOWN, PAGE, PAGE_404] {
        let s = Setting::of(&[strange, strange, FOUND]).await;
        let found = s.client.read_monitor("7").await.unwrap();
        assert_eq!(found, Some(json!({"id": 7})));
        assert_eq!(s.pauses(), [1, 2]);
    }
}

#[tokio::test]
async fn a_server_that_stays_down_is_given_up() {
    let s = Setting::of(&[DOWN]).await;
    let error = s.client.update_monitor("7", &json!({})).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("status 503 in 5 attempts over 15 s"),
        "{error}"
    );
    assert_eq!(s.pauses(), [1, 2, 4, 8]);
}

#[tokio::test]
async fn a_create_is_not_sent_when_datadog_cannot_even_list() {
    let s = Setting::of(&[DOWN]).await;
    create(&s.client).await.unwrap_err();
    assert!(s.server.seen().iter().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_tried_again() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let pauses = Arc::new(Pauses::default());
    let error = client(&url, pauses.clone())
        .read_monitor("7")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no answer from datadog"),
        "{error}"
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
    let error = Client::new(url, keys, "test", timing(Arc::new(Pauses::default()))).unwrap_err();
    assert!(
        error.to_string().contains("`api_key`") && !error.to_string().contains("bad"),
        "{error}"
    );
}
