//! A Datadog that stores monitors and loses answers as it is told.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What becomes of one create.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// It is carried out and answered.
    Answered,
    /// Refused by a rate limit.
    Limited,
    /// Not carried out; 502.
    Lost,
    /// Carried out; 502.
    Hidden,
    /// Carried out; a page in place of the answer.
    Unreadable,
    /// Carried out; an answer without an id.
    Nameless,
    /// Carried out; no answer.
    Silent,
    /// Carried out; 502; and somebody else makes the same at the same time.
    Crossed,
    /// Not carried out; 502; but somebody else makes one of the same name, with another option.
    Mistaken,
}

#[derive(Debug)]
struct Stored {
    monitor: Value,
    /// So many lists more are without it.
    hidden: u32,
}

#[derive(Default)]
struct World {
    fates: VecDeque<Fate>,
    stored: Vec<Stored>,
    lag: u32,
    requests: Vec<String>,
}

#[derive(Clone, Default)]
pub(crate) struct Forgetful(Arc<Mutex<World>>);

impl Forgetful {
    /// Starts the server and returns it with its URL. A create beyond `fates` is answered.
    pub(crate) async fn start(fates: &[Fate]) -> (Self, String) {
        let server = Self::default();
        server.0.lock().unwrap().fates.extend(fates);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/api/v1/monitor", post(create).get(list))
            .route("/api/v1/monitor/{id}", get(read))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (server, url)
    }

    /// Somebody else makes a monitor, `age` seconds ago, that `hidden` lists are without. Its id.
    pub(crate) fn foreign(&self, body: &Value, age: i64, hidden: u32) -> String {
        self.0.lock().unwrap().store(body, age, hidden)
    }

    /// New monitors are missing in so many lists.
    pub(crate) fn lag(&self, lists: u32) {
        self.0.lock().unwrap().lag = lists;
    }

    /// The ids of all monitors.
    pub(crate) fn ids(&self) -> Vec<String> {
        let world = self.0.lock().unwrap();
        let ids = world.stored.iter().map(|stored| &stored.monitor["id"]);
        ids.map(ToString::to_string).collect()
    }

    /// How many requests of the method there were.
    pub(crate) fn count(&self, method: &str) -> usize {
        let world = self.0.lock().unwrap();
        let of_method = world.requests.iter().filter(|line| *line == method);
        of_method.count()
    }
}

impl World {
    fn store(&mut self, body: &Value, age: i64, hidden: u32) -> String {
        let made = OffsetDateTime::now_utc() - time::Duration::seconds(age);
        let mut monitor = body.clone();
        monitor["id"] = json!(9_007_199_254_740_993_u64 + self.stored.len() as u64);
        monitor["created"] = made.format(&Rfc3339).unwrap().into();
        let id = monitor["id"].to_string();
        self.stored.push(Stored { monitor, hidden });
        id
    }
}

fn answer(status: u16, body: &str) -> Response<Body> {
    let response = Response::builder().status(status);
    response.body(Body::from(body.to_owned())).unwrap()
}

async fn create(State(server): State<Forgetful>, Json(body): Json<Value>) -> Response<Body> {
    let (fate, made) = {
        let mut world = server.0.lock().unwrap();
        world.requests.push("POST".to_owned());
        let fate = world.fates.pop_front().unwrap_or(Fate::Answered);
        let lag = world.lag;
        let mut other = body.clone();
        other["options"] = json!({"renotify_interval": 1});
        match fate {
            Fate::Limited | Fate::Lost => {}
            Fate::Mistaken => drop(world.store(&other, 0, 0)),
            Fate::Crossed => drop((world.store(&body, 0, lag), world.store(&body, 0, lag))),
            _ => drop(world.store(&body, 0, lag)),
        }
        let made = world.stored.last();
        (fate, made.map(|stored| stored.monitor.to_string()))
    };
    match fate {
        Fate::Answered => answer(200, &made.unwrap()),
        Fate::Limited => answer(429, r#"{"errors":["slow"]}"#),
        Fate::Unreadable => answer(200, "<html>welcome</html>"),
        Fate::Nameless => answer(200, "{}"),
        Fate::Silent => std::future::pending().await,
        _ => answer(502, "<html>bad gateway</html>"),
    }
}

async fn list(
    State(server): State<Forgetful>,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    let mut world = server.0.lock().unwrap();
    world.requests.push("GET".to_owned());
    let name = query.get("name").map_or("", String::as_str);
    let mut found = Vec::new();
    for stored in &mut world.stored {
        let shown = stored.hidden == 0;
        stored.hidden = stored.hidden.saturating_sub(1);
        let named = stored.monitor["name"].as_str().unwrap().contains(name);
        if shown && named {
            found.push(stored.monitor.clone());
        }
    }
    let number = |key: &str| query[key].parse::<usize>().unwrap();
    let (page, size) = (number("page"), number("page_size"));
    Json(found.into_iter().skip(page * size).take(size).collect())
}

async fn read(
    State(server): State<Forgetful>,
    axum::extract::Path(id): axum::extract::Path<u64>,
) -> Json<Value> {
    let world = server.0.lock().unwrap();
    let mut all = world.stored.iter().map(|stored| &stored.monitor);
    Json(all.find(|monitor| monitor["id"] == id).cloned().unwrap())
}
