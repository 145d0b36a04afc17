//! Many reads at a time, answered from the list of all monitors instead of one request each. A plan reads every
//! monitor of a state, ten at a time (Terraform's `-parallelism`): few are read one by one, many from pages.
//!
//! A page lives as long as the provider's configuration does: one walk of one Terraform command. A monitor that no
//! page has is asked for by itself before anyone believes that it is gone. In an organization whose monitors are
//! mostly not Terraform's, pages are given up after a few that helped nobody.

use super::{Clock, Error};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Monitors per page: the most that the API gives (docs.datadoghq.com/api/latest/monitors/#get-all-monitors).
pub(super) const PAGE_SIZE: usize = 1000;
/// So many reads of one process are many.
const MANY: usize = 4;
/// How long the first read waits for company: Terraform starts its reads within this time.
const GATHER: Duration = Duration::from_millis(2);
/// After so many pages that held nothing anybody waited for, single requests are the cheaper way.
const WASTED_PAGES: usize = 3;

/// Where monitors come from.
pub(super) trait Source {
    /// One page of all monitors, each as its JSON text; shorter than [`PAGE_SIZE`] when it is the last.
    fn page(&self, page: usize) -> impl Future<Output = Result<Vec<Box<RawValue>>, Error>> + Send;
    /// One monitor; `None` when there is none.
    fn one(&self, id: &str) -> impl Future<Output = Result<Option<Value>, Error>> + Send;
}

/// The reads of one process. Cancelling one of them takes nothing from the others.
pub struct Reads {
    clock: Arc<dyn Clock>,
    demand: Mutex<Demand>,
    shelf: tokio::sync::Mutex<Shelf>,
}

/// Who waits, and how much was asked so far.
#[derive(Default)]
struct Demand {
    waiting: HashSet<String>,
    asked: usize,
}

/// The pages fetched so far. What was taken is not kept: it is read once per walk.
#[derive(Default)]
struct Shelf {
    gathered: bool,
    held: HashMap<String, Box<RawValue>>,
    next_page: usize,
    wasted: usize,
    /// Nothing more will come.
    closed: bool,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

impl Reads {
    /// No read yet; the clock is for the short wait of the first one.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            demand: Mutex::default(),
            shelf: tokio::sync::Mutex::default(),
        }
    }

    /// The monitor with this id, or `None` when Datadog has none.
    pub(super) async fn read(
        &self,
        source: &impl Source,
        id: &str,
    ) -> Result<Option<Value>, Error> {
        let _place = self.queue(id);
        match self.look_in_pages(source, id).await {
            Some(text) => match serde_json::from_str(text.get()) {
                Ok(monitor) => Ok(Some(monitor)),
                Err(_) => source.one(id).await,
            },
            None => source.one(id).await,
        }
    }

    /// The monitor's text, when it is worth looking for it in pages and it stands in one.
    async fn look_in_pages(&self, source: &impl Source, id: &str) -> Option<Box<RawValue>> {
        let mut shelf = self.shelf.lock().await;
        if !shelf.gathered {
            self.clock.sleep(GATHER).await;
            shelf.gathered = true;
        }
        loop {
            if let Some(found) = shelf.held.remove(id) {
                return Some(found);
            }
            if shelf.closed || self.demand().asked < MANY {
                return None;
            }
            let page = source.page(shelf.next_page).await;
            shelf.add(page.unwrap_or_default(), &self.demand().waiting);
        }
    }

    fn queue(&self, id: &str) -> Place<'_> {
        let mut demand = self.demand();
        demand.waiting.insert(id.to_owned());
        demand.asked += 1;
        Place {
            reads: self,
            id: id.to_owned(),
        }
    }

    fn demand(&self) -> MutexGuard<'_, Demand> {
        self.demand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// A page that could not be had is like an empty one: whoever waits asks by itself, and learns the reason.
    fn add(&mut self, page: Vec<Box<RawValue>>, waiting: &HashSet<String>) {
        self.closed = page.len() < PAGE_SIZE;
        let mut helped = false;
        for monitor in page {
            if let Ok(head) = serde_json::from_str::<Head<'_>>(monitor.get()) {
                let id = head.id.get().to_owned();
                helped |= waiting.contains(&id);
                self.held.insert(id, monitor);
            }
        }
        self.next_page += 1;
        self.wasted = if helped { 0 } else { self.wasted + 1 };
        self.closed |= self.wasted >= WASTED_PAGES;
    }
}

/// Stands for a waiting read, and leaves with it, however it ends.
struct Place<'a> {
    reads: &'a Reads,
    id: String,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.reads.demand().waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use serde_json::json;
    use std::ops::Range;

    struct Yielding;

    #[async_trait]
    impl Clock for Yielding {
        fn now(&self) -> std::time::Instant {
            std::time::Instant::now()
        }

        async fn sleep(&self, _: Duration) {
            tokio::task::yield_now().await;
        }
    }

    /// Monitors with these ids; pages fail when there are none. Remembers what it was asked.
    struct Organization {
        ids: Range<usize>,
        listed: Range<usize>,
        asked: Mutex<Vec<String>>,
    }

    impl Organization {
        fn new(ids: Range<usize>) -> Self {
            Self {
                listed: ids.clone(),
                ids,
                asked: Mutex::default(),
            }
        }

        fn asked(&self) -> Vec<String> {
            std::mem::take(&mut self.asked.lock().unwrap())
        }
    }

    fn raw(id: usize) -> Box<RawValue> {
        RawValue::from_string(json!({"id": id}).to_string()).unwrap()
    }

    impl Source for Organization {
        async fn page(&self, page: usize) -> Result<Vec<Box<RawValue>>, Error> {
            self.asked.lock().unwrap().push(format!("page {page}"));
            tokio::task::yield_now().await;
            if self.listed.is_empty() {
                return Err(Error::Setup("no list".to_owned()));
            }
            Ok(self
                .listed
                .clone()
                .skip(page * PAGE_SIZE)
                .take(PAGE_SIZE)
                .map(raw)
                .collect())
        }

        async fn one(&self, id: &str) -> Result<Option<Value>, Error> {
            self.asked.lock().unwrap().push(format!("one {id}"));
            let id: usize = id.parse().unwrap();
            Ok(self.ids.contains(&id).then(|| json!({"id": id})))
        }
    }

    /// Reads `ids`, so many at a time, and returns how many there were.
    async fn read(source: &Arc<Organization>, ids: Range<usize>, at_a_time: usize) -> usize {
        let reads = Arc::new(Reads::new(Arc::new(Yielding)));
        let wanted: Vec<String> = ids.map(|id| id.to_string()).collect();
        let mut found = 0;
        for some in wanted.chunks(at_a_time) {
            let mut running = tokio::task::JoinSet::new();
            for id in some {
                let (reads, source, id) = (reads.clone(), source.clone(), id.clone());
                running.spawn(async move { reads.read(&*source, &id).await.unwrap().is_some() });
            }
            found += running
                .join_all()
                .await
                .iter()
                .filter(|there| **there)
                .count();
        }
        found
    }

    #[tokio::test]
    async fn many_reads_cost_as_many_requests_as_there_are_pages() {
        for (monitors, pages) in [(100, 1), (1000, 1), (1500, 2)] {
            let source = Arc::new(Organization::new(0..monitors));
            assert_eq!(read(&source, 0..monitors, 10).await, monitors);
            assert_eq!(source.asked().len(), pages, "{monitors}");
        }
    }

    #[tokio::test]
    async fn few_reads_need_no_page() {
        let source = Arc::new(Organization::new(0..1000));
        assert_eq!(read(&source, 7..10, 10).await, 3);
        let mut asked = source.asked();
        asked.sort();
        assert_eq!(asked, ["one 7", "one 8", "one 9"]);
    }

    #[tokio::test]
    async fn reads_one_after_the_other_turn_to_pages_as_well() {
        let source = Arc::new(Organization::new(0..100));
        assert_eq!(read(&source, 0..100, 1).await, 100);
        assert_eq!(source.asked(), ["one 0", "one 1", "one 2", "page 0"]);
    }

    #[tokio::test]
    async fn what_no_page_has_is_asked_for_before_it_counts_as_gone() {
        let source = Organization {
            listed: 0..10,
            ..Organization::new(0..11)
        };
        let source = Arc::new(source);
        assert_eq!(read(&source, 0..12, 12).await, 11);
        let mut asked = source.asked();
        asked.sort();
        assert_eq!(asked, ["one 10", "one 11", "page 0"]);
    }

    #[tokio::test]
    async fn without_a_list_single_requests_do() {
        let source = Organization {
            listed: 0..0,
            ..Organization::new(0..20)
        };
        let source = Arc::new(source);
        assert_eq!(read(&source, 0..20, 10).await, 20);
        let asked = source.asked();
        assert_eq!(asked.len(), 21);
        assert_eq!(
            asked.iter().filter(|line| line.starts_with("page")).count(),
            1
        );
    }

    #[tokio::test]
    async fn pages_that_help_nobody_are_given_up() {
        let source = Arc::new(Organization::new(0..50_000));
        assert_eq!(read(&source, 49_000..49_030, 10).await, 30);
        let asked = source.asked();
        assert_eq!(
            asked.iter().filter(|line| line.starts_with("page")).count(),
            WASTED_PAGES
        );
    }
}
