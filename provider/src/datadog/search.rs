//! Looks monitors up by name and tags, through the pages of the list.

use super::reads::PAGE_SIZE;
use super::{Client, Error};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// The path of all monitors.
pub(super) const MONITORS: &str = "/api/v1/monitor";

/// Which monitors are wanted; what is empty does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A part of the name.
    pub name: Option<String>,
    /// Tags of the query's scope; all of them.
    pub tags: Vec<String>,
    /// Tags of the monitor itself; all of them.
    pub monitor_tags: Vec<String>,
}

impl Client {
    /// Every monitor that fits, in the order of the API.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn search_monitors(&self, search: &Search) -> Result<Vec<Value>, Error> {
        self.list(search, PAGE_SIZE).await
    }

    /// The same as any type, from pages of `size`.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        search: &Search,
        size: usize,
    ) -> Result<Vec<T>, Error> {
        let all = self.list_up_to(search, size, usize::MAX).await?;
        Ok(all.unwrap_or_default())
    }

    /// The same, or `None` when they do not fit on so many pages.
    pub(super) async fn list_up_to<T: DeserializeOwned>(
        &self,
        search: &Search,
        size: usize,
        pages: usize,
    ) -> Result<Option<Vec<T>>, Error> {
        let mut all = Vec::new();
        for page in 0..pages {
            let mut found: Vec<T> = self.get(&search.path(page, size)).await?;
            let last = found.len() < size;
            all.append(&mut found);
            if last {
                return Ok(Some(all));
            }
        }
        Ok(None)
    }
}

impl Search {
    /// The path and query of one page.
    pub(super) fn path(&self, page: usize, size: usize) -> String {
        let (tags, monitor_tags) = (self.tags.join(","), self.monitor_tags.join(","));
        let filters = [
            ("name", self.name.as_deref().unwrap_or_default()),
            ("tags", &tags),
            ("monitor_tags", &monitor_tags),
        ];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()));
        query.append_pair("page", &page.to_string());
        query.append_pair("page_size", &size.to_string());
        format!("{MONITORS}?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::{ApiUrl, Keys, SystemChance, SystemClock, Timing};
    use axum::Router;
    use axum::extract::{Query, State};
    use axum::routing::get;
    use serde_json::json;
    use std::collections::HashMap;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn only_what_narrows_is_asked_and_nothing_breaks_the_query() {
        let all = "/api/v1/monitor?page=2&page_size=1000";
        assert_eq!(Search::default().path(2, 1000), all);
        let search = Search {
            name: Some("銀行 & co".to_owned()),
            tags: vec!["env:prod".to_owned(), "a:b".to_owned()],
            monitor_tags: vec!["service:funds".to_owned()],
        };
        assert_eq!(
            search.path(0, 1000),
            "/api/v1/monitor?name=%E9%8A%80%E8%A1%8C+%26+co&tags=env%3Aprod%2Ca%3Ab&monitor_tags=service%3Afunds\
             &page=0&page_size=1000"
        );
    }

    type Asked = HashMap<String, String>;

    /// A server that answers the list by `list`, and any other path with 404.
    async fn client(list: fn(Asked) -> Value) -> Client {
        let answer = async |State(list): State<fn(Asked) -> Value>, Query(asked): Query<Asked>| {
            list(asked).to_string()
        };
        let app = Router::new().route(MONITORS, get(answer)).with_state(list);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let keys = Keys {
            api: "api".to_owned(),
            app: "app".to_owned(),
        };
        let url = ApiUrl::choose(Some(&url), None).unwrap();
        let timing = Timing {
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
            request_timeout: Duration::from_secs(30),
            patience: Duration::from_secs(30),
        };
        Client::new(url, keys, "test", timing).unwrap()
    }

    #[tokio::test]
    async fn pages_are_read_up_to_the_first_short_one() {
        let client = client(|asked| {
            let length = match asked["page"].as_str() {
                "0" | "1" => PAGE_SIZE,
                "2" => 3,
                _ => 7,
            };
            (0..length).map(|id| json!({"id": id})).collect()
        });
        let found = client.await.search_monitors(&Search::default()).await;
        assert_eq!(found.unwrap().len(), 2 * PAGE_SIZE + 3);
    }

    #[tokio::test]
    async fn what_is_no_list_is_refused_and_a_missing_monitor_is_none() {
        let client = client(|_| json!({"monitors": []})).await;
        let error = client
            .search_monitors(&Search::default())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("cannot be used"), "{error}");
        assert_eq!(client.read_states("7").await, Ok(None));
    }
}
