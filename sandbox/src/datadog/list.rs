//! The list of monitors: filters and pages.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;

use super::past::Past;
use super::view::{self, Wanted};
use crate::hub::Hub;
use crate::monitor::{Monitor, query};

/// A page holds so many if the request does not say.
const PAGE_SIZE: usize = 100;
const LARGEST_PAGE: usize = 1000;

/// Which monitors are wanted. Lists are separated by commas; all of their tags must be there, as they are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// A part of the name, case aside.
    name: Option<String>,
    /// Tags of the query's scope.
    tags: Option<String>,
    /// Tags of the monitor itself.
    monitor_tags: Option<String>,
    /// From 0; without it all are listed.
    page: Option<usize>,
    page_size: Option<usize>,
}

impl Filter {
    fn fits(&self, monitor: &Monitor) -> bool {
        let definition = &monitor.definition;
        let all = |wanted: &Option<String>, has: Vec<&str>| {
            let wanted = wanted.as_deref().unwrap_or_default();
            wanted
                .split(',')
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .all(|tag| has.contains(&tag))
        };
        let name = self.name.as_deref().unwrap_or_default().to_lowercase();
        definition.text("name").to_lowercase().contains(&name)
            && all(&self.tags, query::scope(definition.query()))
            && all(&self.monitor_tags, definition.tags().collect())
    }

    /// How many to leave out at the front, and how many to show at most.
    fn window(&self) -> (usize, usize) {
        let size = self.page_size.unwrap_or(PAGE_SIZE).clamp(1, LARGEST_PAGE);
        self.page
            .map_or((0, usize::MAX), |page| (page.saturating_mul(size), size))
    }
}

/// A bare array, ordered by id; each element also says which downtimes match it.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    Query(filter): Query<Filter>,
    Query(mut wanted): Query<Wanted>,
) -> Json<Value> {
    wanted.with_downtimes = Some("true".to_owned());
    let (skipped, shown) = filter.window();
    hub.change(|world, now| {
        let seen_from = now.wall_ms.saturating_sub(world.faults.list_lag_ms);
        let past = Past::of(world, &wanted, now);
        let found = world
            .monitors
            .values()
            .filter(|monitor| monitor.created_ms <= seen_from && filter.fits(monitor))
            .skip(skipped)
            .take(shown);
        Json(
            found
                .map(|monitor| view::read(monitor, &wanted, past.groups(monitor)))
                .collect(),
        )
    })
}
