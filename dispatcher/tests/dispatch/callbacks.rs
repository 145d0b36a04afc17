//! Callbacks against services on this machine: what is sent, what counts as success, what is
//! refused, and that one callback does not stop another.

use std::sync::Arc;
use std::time::Duration;

use contract::signature::Headers;
use contract::{CallbackRequest, SigningKeys};
use dispatcher::callback::{Caller, Limits};
use dispatcher::config::Config;
use dispatcher::handle::{Invocation, handle};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::inside::{
    LAPTOP, NOW_S, OK, PATIENT, Settings, caller, dispatch, ignored, send, setup, summary,
};
use crate::support::{Answer, KEY, PATH, Service, event, message, private_tls};

#[tokio::test]
async fn the_request_is_the_contract_s_and_signed() {
    let mut service = Service::start(OK).await;
    let url = service.url("http");
    assert_eq!(
        dispatch(LAPTOP, &[message(std::slice::from_ref(&url))]).await,
        summary(1, 0)
    );

    let heard = service.heard.recv().await.unwrap();
    assert_eq!(heard.first_line, format!("POST {PATH} HTTP/1.1"));
    assert_eq!(
        heard.headers["host"],
        format!("localhost:{}", service.address.port())
    );
    assert_eq!(heard.headers["content-type"], "application/json");
    let headers = Headers {
        id: &heard.headers["webhook-id"],
        timestamp: &heard.headers["webhook-timestamp"],
        signature: &heard.headers["webhook-signature"],
    };
    assert_eq!((headers.id, headers.timestamp), ("m-1", "1790000000"));
    let keys = SigningKeys::parse(KEY).unwrap();
    assert_eq!(keys.verify(headers, heard.body.as_bytes(), NOW_S), Ok(()));
    let request: CallbackRequest = serde_json::from_str(&heard.body).unwrap();
    let expected = CallbackRequest {
        event_id: Some("8082436309665268856".into()),
        monitor_id: "4242".into(),
        group: Some("bank_code:0001".into()),
        transition: Some("Triggered".into()),
        test: false,
        callback_url: url,
        message_id: "m-1".into(),
    };
    assert_eq!(request, expected);
}

#[tokio::test]
async fn only_200_is_success_and_no_redirect_is_followed() {
    let mut target = Service::start(OK).await;
    for status in [
        "201 Created",
        "204 No Content",
        "301 Moved\r\nlocation: /cb",
        "404 Not Found",
        "500 Oops",
    ] {
        let mut service = Service::start(Answer::Say(status)).await;
        let error = dispatch(LAPTOP, &[message(&[service.url("http")])])
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("answered {}", &status[..3])),
            "{error}"
        );
        assert_eq!(service.all_heard().len(), 1, "{status} was tried again");
    }
    let elsewhere = format!("302 Found\r\nlocation: {}", target.url("http"));
    let service = Service::start(Answer::Say(elsewhere.leak())).await;
    assert!(
        dispatch(LAPTOP, &[message(&[service.url("http")])])
            .await
            .is_err()
    );
    assert_eq!(target.all_heard().len(), 0);
}

#[tokio::test]
async fn every_url_is_called_whatever_the_others_do() {
    let mut good = Service::start(OK).await;
    let bad = Service::start(Answer::Say("500 Oops")).await;
    let refused = "https://other.example.com/cb".to_owned();
    let urls = [
        bad.url("http"),
        refused.clone(),
        good.url("http"),
        good.url("http"),
    ];
    let broken = format!("{}: {}", contract::KEYWORD, good.url("http"));
    let error = dispatch(
        LAPTOP,
        &[message(&urls), broken, message(&[good.url("http")])],
    )
    .await
    .unwrap_err();

    let ids: Vec<_> = good
        .all_heard()
        .into_iter()
        .map(|mut heard| heard.headers.remove("webhook-id"))
        .collect();
    assert_eq!(ids.len(), 2, "a URL counts once per message: {ids:?}");
    assert!(ids.contains(&Some("m-1".into())) && ids.contains(&Some("m-3".into())));
    assert_eq!((error.total, error.failures.len()), (5, 2), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("answered 500") && said.contains("no monitor id") && !said.contains(&refused),
        "{said}"
    );
}

#[tokio::test]
async fn a_refusal_alone_is_not_tried_again() {
    let mut service = Service::start(OK).await;
    let url = [message(&[service.url("http")])];
    for settings in [
        Settings {
            hosts: "",
            ..LAPTOP
        },
        Settings {
            hosts: "localhost",
            ..LAPTOP
        },
        Settings { http: "", ..LAPTOP },
        // The name is on the list; its address is judged when it is dialled.
        Settings {
            cidrs: "",
            ..LAPTOP
        },
        Settings {
            cidrs: "10.0.0.0/8",
            ..LAPTOP
        },
    ] {
        assert_eq!(dispatch(settings, &url).await, summary(0, 1));
    }
    assert_eq!(service.all_heard().len(), 0);
}

#[tokio::test]
async fn nothing_to_do_is_success_and_nonsense_is_not() {
    let service = Service::start(OK).await;
    let mid_line = format!("see {}", message(&[service.url("http")]));
    assert_eq!(
        dispatch(LAPTOP, &["Words.".into(), mid_line]).await,
        ignored(2)
    );
    let error = send(&caller(LAPTOP, PATIENT), &json!({ "source": "x" }))
        .await
        .unwrap_err();
    let said = error.to_string();
    assert!(said.contains("it is an object with `source`"), "{said}");
}

#[tokio::test]
async fn a_slow_service_holds_up_no_other() {
    let permits = Arc::new(Semaphore::new(0));
    let slow = Service::start(Answer::Held(Arc::clone(&permits))).await;
    let mut quick = Service::start(OK).await;
    let urls = [slow.url("http"), quick.url("http")];
    let dispatched = tokio::spawn(async move { dispatch(LAPTOP, &[message(&urls)]).await });
    quick.heard.recv().await.unwrap();
    assert!(!dispatched.is_finished());
    permits.add_permits(1);
    assert_eq!(dispatched.await.unwrap(), summary(2, 0));
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up() {
    let hung = Service::start(Answer::Held(Arc::new(Semaphore::new(0)))).await;
    let limits = Limits {
        total: Duration::from_millis(100),
        ..PATIENT
    };
    let event = event(&[message(&[hung.url("http")])]);
    let error = send(&caller(LAPTOP, limits), &event).await.unwrap_err();
    assert!(error.to_string().contains("no answer in time"), "{error}");
    // The invocation may end earlier than the limit.
    let call = Invocation {
        until: Some(Instant::now() + Duration::from_millis(100)),
        ..Invocation::default()
    };
    let error = handle(&caller(LAPTOP, PATIENT), &event, &call).await;
    assert!(error.is_err(), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_a_failure_that_says_so() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let error = dispatch(
        LAPTOP,
        &[message(&[format!("http://localhost:{port}{PATH}")])],
    )
    .await
    .unwrap_err();
    assert!(
        error.to_string().contains("cannot connect to `localhost`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_private_authority_is_trusted_only_when_named() {
    let (root, tls) = private_tls();
    let mut service = Service::start_tls(OK, tls).await;
    let url = [message(&[service.url("https")])];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, root).unwrap();

    let strict = Settings { http: "", ..LAPTOP };
    let error = dispatch(strict, &url).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert_eq!(service.all_heard().len(), 0);
    let named = Settings {
        extra_ca: path.to_str().unwrap(),
        ..strict
    };
    assert_eq!(dispatch(named, &url).await, summary(1, 0));
    assert_eq!(service.all_heard().len(), 1);
}

#[test]
fn a_file_without_certificates_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for (content, part) in [
        (None, "cannot be read"),
        (Some("words"), "holds no certificate"),
    ] {
        content
            .iter()
            .for_each(|content| std::fs::write(&path, content).unwrap());
        let lookup = |name: &str| match name {
            "CB_SIGNING_KEYS" => Some(KEY.to_owned()),
            "CB_EXTRA_CA" => path.to_str().map(str::to_owned),
            _ => None,
        };
        let caller = Caller::new(Config::read(&lookup).unwrap(), setup(Limits::default()));
        let error = caller.err().unwrap().to_string();
        assert!(
            error.starts_with("`CB_EXTRA_CA`: `") && error.contains(part),
            "{error}"
        );
    }
}
