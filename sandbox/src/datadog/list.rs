//! The list of monitors: filters and pages.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;

use super::errors::ApiError;
use super::past::Past;
use super::view::{self, Wanted};
use crate::hub::Hub;
use crate::monitor::{Monitor, invalid, query};

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
    /// From 0; without it, and without `id_offset`, all are listed.
    page: Option<String>,
    page_size: Option<String>,
    /// The largest id of the page before; 0 for the first.
    id_offset: Option<String>,
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

    /// The part of the list that is asked for.
    fn window(&self) -> Result<Window, ApiError> {
        let page = number("page", self.page.as_ref())?;
        let after = number("id_offset", self.id_offset.as_ref())?;
        let size = number("page_size", self.page_size.as_ref())?;
        let size = size.unwrap_or(PAGE_SIZE).clamp(1, LARGEST_PAGE);
        Ok(Window {
            after: after.unwrap_or(0) as u64,
            skipped: page.unwrap_or(0).saturating_mul(size),
            shown: if page.is_some() || after.is_some() {
                size
            } else {
                usize::MAX
            },
        })
    }
}

/// A part of the list.
struct Window {
    /// Only monitors with larger ids.
    after: u64,
    /// How many of them are left out at the front.
    skipped: usize,
    /// How many are shown at most.
    shown: usize,
}

/// A parameter that is a whole number, from 0.
fn number(key: &str, sent: Option<&String>) -> Result<Option<usize>, ApiError> {
    sent.map(|text| text.parse())
        .transpose()
        .map_err(|_| ApiError::Invalid(vec![invalid(key)]))
}

/// A bare array, ordered by id; each element also says which downtimes match it.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    Query(filter): Query<Filter>,
    Query(mut wanted): Query<Wanted>,
) -> Result<Json<Value>, ApiError> {
    wanted.with_downtimes = Some("true".to_owned());
    let window = filter.window()?;
    Ok(hub.change(|world, now| {
        let seen_from = now.wall_ms.saturating_sub(world.faults.list_lag_ms);
        let past = Past::of(world, &wanted, now);
        let found = world
            .monitors
            .values()
            .filter(|monitor| monitor.created_ms <= seen_from && filter.fits(monitor))
            .filter(|monitor| monitor.id > window.after)
            .skip(window.skipped)
            .take(window.shown);
        Json(
            found
                .map(|monitor| view::read(monitor, &wanted, past.groups(monitor)))
                .collect(),
        )
    }))
}
