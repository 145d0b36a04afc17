//! The sandbox held against recordings of the real API: each recorded sequence is driven in order against an empty sandbox,
//! in this process, and each answer is compared with the recorded one.

mod report;
mod exchange;
mod difference;
mod numbers;

pub(crate) use exchange::CompareError;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt;

use crate::app;
use crate::cli::Compare;
use crate::hub::{Hub, Settings};
use difference::{Answer, differences};
use exchange::Exchange;
use numbers::Numbers;
use report::Report;

/// Compares, prints what was found, and fails when too little agrees.
pub(crate) async fn run(asked: &Compare) -> Result<(), CompareError> {
    let exchanges = exchange::read_all(&asked.recordings)?;
    let report = compare(&exchanges).await;
    print!("{report}");
    if report.percent() < asked.at_least {
        return Err(CompareError::TooFew {
            percent: report.percent(),
            wanted: asked.at_least,
        });
    }
    Ok(())
}

async fn compare(exchanges: &[Exchange]) -> Report {
    let mut report = Report::default();
    for sequence in exchanges.chunk_by(|one, next| one.case == next.case) {
        let router = app::router(Arc::new(Hub::new(Settings::open())));
        let mut numbers = Numbers::default();
        for exchange in sequence {
            let answer = send(&router, exchange, &numbers).await;
            let recorded = exchange.answer();
            numbers.learn(&recorded.body, &answer.body);
            report.add(
                exchange,
                differences(&numbers.translate(&recorded), &answer),
            );
        }
    }
    report
}

/// Sends the recorded request, with the ids that the sandbox gave in place of the recorded ones.
async fn send(router: &Router, exchange: &Exchange, numbers: &Numbers) -> Answer {
    let unreadable = || Answer {
        status: 0,
        body: Value::Null,
    };
    let request = Request::builder()
        .method(exchange.method.as_str())
        .uri(numbers.rewrite(&exchange.path))
        .header("content-type", "application/json")
        .header("dd-api-key", "any")
        .header("dd-application-key", "any")
        .body(Body::from(numbers.rewrite(&exchange.request)));
    let Ok(request) = request else {
        return unreadable();
    };
    let Ok(response) = router.clone().oneshot(request).await;
    let status = response.status().as_u16();
    match to_bytes(response.into_body(), usize::MAX).await {
        Ok(body) => Answer {
            status,
            body: exchange::parse(&String::from_utf8_lossy(&body)),
        },
        Err(_) => unreadable(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(
        method: &str,
        path: &str,
        request: &str,
        (status, response): (u16, Value),
    ) -> Exchange {
        serde_json::from_value(
            json!({"case": "c", "method": method, "path": path, "request": request,
            "status": status, "response": response.to_string()}),
        )
        .unwrap()
    }

    const SENT: &str = r#"{"type": "metric alert", "query": "avg(last_5m):x{*} > 1", "name": "n", "message": "m"}"#;

    async fn recorded() -> Value {
        let router = app::router(Arc::new(Hub::new(Settings::open())));
        let create = exchange("POST", "/api/v1/monitor", SENT, (200, json!({})));
        let mut answer = send(&router, &create, &Numbers::default()).await.body;
        answer["id"] = json!(99);
        answer
    }

    /// What the sequence says of a monitor whose `name` was recorded as given.
    async fn sequence(name: &str) -> Report {
        let mut created = recorded().await;
        created["name"] = json!(name);
        compare(&[
            exchange("POST", "/api/v1/monitor", SENT, (200, created)),
            exchange(
                "DELETE",
                "/api/v1/monitor/99",
                "",
                (200, json!({"deleted_monitor_id": 99})),
            ),
            exchange(
                "GET",
                "/api/v1/monitor/99",
                "",
                (404, json!({"errors": ["Monitor not found"]})),
            ),
        ])
        .await
    }

    #[tokio::test]
    async fn a_sequence_follows_the_ids_of_its_own_answers() {
        let report = sequence("n").await;
        assert_eq!(report.percent(), 100.0, "{report}");
    }

    #[tokio::test]
    async fn what_differs_is_counted_and_named() {
        let report = sequence("another").await;
        assert!((report.percent() - 200.0 / 3.0).abs() < 0.1, "{report}");
        assert!(
            report
                .to_string()
                .contains(r#"name: "another" recorded, "n" here"#),
            "{report}"
        );
    }
}
