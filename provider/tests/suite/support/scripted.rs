//! A server that gives the answers it was told, one per request, and remembers what it was asked.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Status, headers, body. The last one of a script is given again and again if its status is not 2xx.
pub(crate) type Canned = (u16, &'static [(&'static str, &'static str)], &'static str);

#[derive(Clone, Default)]
pub(crate) struct Scripted {
    answers: Arc<Mutex<VecDeque<Canned>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Starts the server and returns it with its URL.
    pub(crate) async fn start(answers: &[Canned]) -> (Self, String) {
        let server = Self::default();
        server
            .answers
            .lock()
            .unwrap()
            .extend(answers.iter().copied());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (server, url)
    }

    fn next(&self) -> Canned {
        let mut answers = self.answers.lock().unwrap();
        match (answers.len(), answers.front()) {
            (1, Some(last)) if last.0 >= 300 => *last,
            _ => answers
                .pop_front()
                .unwrap_or((500, &[], "the script is over")),
        }
    }

    /// `METHOD /path?query keys` of every request so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(State(server): State<Scripted>, request: Request) -> Response<Body> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .map_or("-", |value| value.to_str().unwrap())
    };
    let keys = format!("{}/{}", header("dd-api-key"), header("dd-application-key"));
    server
        .seen
        .lock()
        .unwrap()
        .push(format!("{} {} {keys}", request.method(), request.uri()));
    let (status, headers, body) = server.next();
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Body::from(body)).unwrap()
}
