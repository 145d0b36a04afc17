//! A saved run, played again: the same requests at the same moments against an empty sandbox, in this process. Each answer must
//! be the recorded one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;

use crate::app;
use crate::cli::Replay;
use crate::hub::{Hub, Settings};
use crate::metrics;
use crate::record::{Exchange, Keys, Run, Step, VERSION, What};

/// A request that is not answered in this time of the wall waits for something that the run does not hold.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a run cannot be played again, or what came of it.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error("cannot read `{0}`: {1}")]
    Read(PathBuf, std::io::Error),
    /// The file holds no run.
    #[error("`{0}` is no run: {1}; save one with GET /_sandbox/record")]
    Parse(PathBuf, serde_json::Error),
    /// Another sandbox wrote it.
    #[error(
        "the run has version `{0}`, and `{VERSION}` is read: play it with the cb-sandbox that saved it"
    )]
    Version(u32),
    /// Some steps are missing.
    #[error(
        "`{0}` steps of the run were not kept (too many, or no text): save a shorter one after POST /_sandbox/reset"
    )]
    Cut(u64),
    /// Not every answer is the same.
    #[error("`{0}` answers differ: see above")]
    Differs(usize),
}

/// Plays a file, prints what differs.
pub(crate) async fn run(asked: &Replay) -> Result<(), ReplayError> {
    let path = &asked.run;
    let text =
        std::fs::read_to_string(path).map_err(|error| ReplayError::Read(path.clone(), error))?;
    let run: Run =
        serde_json::from_str(&text).map_err(|error| ReplayError::Parse(path.clone(), error))?;
    if run.version != VERSION {
        return Err(ReplayError::Version(run.version));
    }
    if run.record.lost > 0 {
        return Err(ReplayError::Cut(run.record.lost));
    }
    let differences = play(&run).await;
    for difference in &differences {
        println!("{difference}");
    }
    println!(
        "{} steps played, {} answers differ",
        run.record.steps.len(),
        differences.len()
    );
    match differences.len() {
        0 => Ok(()),
        number => Err(ReplayError::Differs(number)),
    }
}

/// Plays a run; gives the differences in words.
async fn play(run: &Run) -> Vec<String> {
    let settings = Settings {
        seed: run.seed,
        speed: run.speed,
        timeout: Duration::from_secs_f64(run.timeout_s),
        ..Settings::default()
    };
    let hub = Arc::new(Hub::new(settings));
    hub.clock.hold(run.record.began);
    hub.look(|world, now| world.reset(run.seed, now));
    let router = app::router(Arc::clone(&hub));
    let mut differences = Vec::new();
    for (number, Step { at, what }) in run.record.steps.iter().enumerate() {
        hub.clock.hold(*at);
        match what {
            What::Minute => hub.change(metrics::catch_up),
            What::Failure { request_id, error } => hub.change(|world, now| {
                if !world.queue.running().contains(request_id) {
                    world.queue.take_due(now, 0);
                }
                world.fail(request_id, error, now).ok();
            }),
            What::Request(exchange) => {
                let (status, answer) = send(&router, exchange, &hub.settings).await;
                if (status, answer.as_str()) != (exchange.status, exchange.answer.as_str()) {
                    let Exchange { method, path, .. } = exchange;
                    differences.push(format!(
                        "step {}: {method} {path}: {} {} recorded, {status} {answer} now",
                        number + 1,
                        exchange.status,
                        exchange.answer
                    ));
                }
            }
        }
    }
    differences
}

async fn send(router: &Router, exchange: &Exchange, settings: &Settings) -> (u16, String) {
    let mut request = Request::builder()
        .method(exchange.method.as_str())
        .uri(exchange.path.as_str());
    let (api, app) = match exchange.keys {
        Keys::None => (None, None),
        Keys::Wrong => (Some("wrong"), Some("wrong")),
        Keys::Api => (settings.api_key.as_deref(), None),
        Keys::Both => (settings.api_key.as_deref(), settings.app_key.as_deref()),
    };
    for (name, key) in [("dd-api-key", api), ("dd-application-key", app)] {
        if let Some(key) = key {
            request = request.header(name, key);
        }
    }
    let Ok(request) = request.body(Body::from(exchange.body.clone())) else {
        return (0, "no request".to_owned());
    };
    match tokio::time::timeout(PATIENCE, router.clone().oneshot(request)).await {
        Err(_) => (0, "no answer".to_owned()),
        Ok(Ok(response)) => {
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), usize::MAX)
                .await
                .unwrap_or_default();
            (status, String::from_utf8_lossy(&body).into_owned())
        }
    }
}
