//! The web page: files inside the program, so that it needs neither a network nor a build. No state and no rules here: the
//! page shows and turns what everybody can, under `/_sandbox`.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const ROUTES: &str = include_str!("../routes.txt");
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// What the page may load: its own files. A message is a stranger's text, and stays text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'";

/// Name, type, text.
type File = (&'static str, &'static str, &'static str);

const INDEX: File = ("index.html", HTML, include_str!("index.html"));
const FILES: [File; 13] = [
    ("style.css", CSS, include_str!("style.css")),
    ("main.js", SCRIPT, include_str!("main.js")),
    ("acts.js", SCRIPT, include_str!("acts.js")),
    ("dom.js", SCRIPT, include_str!("dom.js")),
    ("story.js", SCRIPT, include_str!("story.js")),
    ("words.js", SCRIPT, include_str!("words.js")),
    ("chain.js", SCRIPT, include_str!("chain.js")),
    ("monitors.js", SCRIPT, include_str!("monitors.js")),
    ("journeys.js", SCRIPT, include_str!("journeys.js")),
    ("timeline.js", SCRIPT, include_str!("timeline.js")),
    ("plot.js", SCRIPT, include_str!("plot.js")),
    ("faults.js", SCRIPT, include_str!("faults.js")),
    ("happenings.js", SCRIPT, include_str!("happenings.js")),
];

/// The page at `/`, its files under `/_sandbox/page`.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(index))
        .route("/_sandbox/page/{file}", get(file))
}

/// The page for a browser; for whoever does not ask for HTML, the list of routes.
async fn index(headers: HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        sent(INDEX)
    } else {
        ROUTES.into_response()
    }
}

async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.into_iter().find(|(known, _, _)| *known == name);
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), sent)
}

fn sent((_, kind, text): File) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        // Another version of the program may serve the same address next.
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}
