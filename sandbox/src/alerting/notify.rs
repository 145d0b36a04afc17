//! From a change of a group to an event, a notification and its deliveries.

use serde_json::{Value, json};

use super::event::event;
use super::scene::scene;
use super::template::{Scene, render};
use super::text::{Content, Preset};
use super::transition::Transition;
use super::{Telling, handles, text};
use crate::clock::Moment;
use crate::delivery::{Incoming, Origin};
use crate::monitor::query::sentence;
use crate::monitor::{Group, Monitor, Status};
use crate::sns::Publication;
use crate::world::{Notice, World};

/// Who asks for test notifications.
const TESTER: &str = "sandbox@example.com";

/// A group is to have a status.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// `*` for a simple alert.
    pub(crate) group: String,
    pub(crate) status: Status,
    /// The value that is said to have been measured.
    pub(crate) value: Option<String>,
    /// Datadog knows, and tells nobody.
    pub(crate) silent: bool,
    /// Tell again if the status is the same as before.
    pub(crate) renotify: bool,
}

/// Sets the status of a group; tells the recipients if there is something to tell.
/// `None` if there is no such monitor.
pub(crate) fn set_group(
    world: &mut World,
    monitor_id: u64,
    change: &Change,
    now: Moment,
) -> Option<Option<Notice>> {
    let monitor = world.monitors.get_mut(&monitor_id)?;
    let known = monitor.groups.get(&change.group).map(|group| group.status);
    let transition = apply(monitor, change, now);
    let muted = monitor.is_muted(&change.group, now.wall_s());
    let told = transition.filter(|_| !change.silent && !muted);
    let bad = matches!(change.status, Status::Alert | Status::Warn | Status::NoData);
    if let Some(group) = monitor.groups.get_mut(&change.group) {
        group.swallowed = bad && muted && (group.swallowed || transition.is_some());
    }
    if told.is_some() && !monitor.definition.is_draft() {
        mark_told(monitor, change, now);
    }
    let monitor = monitor.clone();
    let status = monitor.groups.get(&change.group).map(|group| group.status);
    if status != known {
        let (from, to) = (known.map(Status::name), status.map(Status::name));
        let data = json!({"monitor_id": monitor_id.to_string(), "group": change.group, "from": from, "to": to,
            "value": change.value, "muted": muted});
        world.log(now, "transition", data);
    }
    let Some(transition) = told else {
        return Some(None);
    };
    let notice = Telling {
        monitor: &monitor,
        transition,
        group: &monitor.audience(&change.group),
        value: change.value.as_deref(),
        test: false,
    };
    Some(Some(notice.tell(world, now)))
}

/// Tells of a group whose downtime has expired while it was still bad.
pub(crate) fn after_downtime(
    world: &mut World,
    monitor_id: u64,
    group: &str,
    now: Moment,
) -> Option<Notice> {
    let monitor = world.monitors.get_mut(&monitor_id)?;
    let change = Change {
        group: group.to_owned(),
        status: monitor.groups.get(group)?.status,
        value: None,
        silent: false,
        renotify: false,
    };
    // To its recipients it is news.
    monitor.told.remove(&monitor.audience(group));
    set_group(world, monitor_id, &change, now)?
}

/// Writes down in the group that its recipients are told now.
fn mark_told(monitor: &mut Monitor, change: &Change, now: Moment) {
    if let Some(group) = monitor.groups.get_mut(&change.group) {
        group.repeats = if change.renotify {
            group.repeats + 1
        } else {
            0
        };
        group.last_notified = Some(now.wall_s());
        group.told_ms = Some(now.virtual_ms);
    }
}

/// Sends the notification of a transition that did not happen.
pub(crate) fn test_notification(
    world: &mut World,
    monitor_id: u64,
    (transition, group): (Transition, Option<&str>),
    now: Moment,
) -> Option<Notice> {
    let monitor = world.monitors.get(&monitor_id)?.clone();
    let first = monitor.groups.keys().next().map_or("*", String::as_str);
    let telling = Telling {
        monitor: &monitor,
        transition,
        group: group.unwrap_or(first),
        value: None,
        test: true,
    };
    Some(telling.tell(world, now))
}

/// Changes the monitor; gives the transition its recipients should hear of.
fn apply(monitor: &mut Monitor, change: &Change, now: Moment) -> Option<Transition> {
    let silent_no_data = change.status == Status::NoData && !monitor.definition.notifies_no_data();
    let resolves = change.status == Status::NoData && monitor.definition.resolves_on_no_data();
    let status = if resolves { Status::Ok } else { change.status };
    let before = (monitor.groups.clone(), monitor.overall());

    let group = monitor
        .groups
        .entry(change.group.clone())
        .or_insert_with(Group::fresh);
    let moved = status != group.status;
    group.become_status(status, now.wall_s());
    let worth_telling = !silent_no_data || resolves;
    if worth_telling {
        group.announced = status;
    }
    if moved || !before.0.contains_key(&change.group) {
        monitor.remember(now.virtual_ms, before.0);
    }
    if monitor.overall() != before.1 {
        monitor.overall_changed_ms = Some(now.wall_ms);
    }
    if worth_telling {
        transition(monitor, change)
    } else {
        None
    }
}

/// The transition of whoever hears of the group: of the worst of all the groups they hear of.
fn transition(monitor: &mut Monitor, change: &Change) -> Option<Transition> {
    let audience = monitor.audience(&change.group);
    let heard = monitor
        .groups
        .iter()
        .filter(|(name, _)| monitor.audience(name) == audience);
    let status = heard.map(|(_, group)| group.announced).max()?;
    let known = monitor.told.insert(audience, status).unwrap_or(Status::Ok);
    let again = change.renotify
        && known == status
        && matches!(status, Status::Alert | Status::Warn | Status::NoData);
    Transition::between(known, status).or(again.then_some(Transition::Renotify(status)))
}

impl Telling<'_> {
    fn tell(&self, world: &mut World, now: Moment) -> Notice {
        let definition = &self.monitor.definition;
        let event_id = world.ids.event();
        let scene = scene(self, now);
        let message = render(&self.template(), &scene);
        let title = text::title(
            self.transition.word(),
            self.group,
            &render(definition.text("name"), &scene),
        );
        world
            .events
            .insert(event_id, event(self, event_id, (&title, &message), now));

        let mut notice = Notice {
            monitor_id: self.monitor.id.to_string(),
            event_id: event_id.to_string(),
            group: self.group.to_owned(),
            transition: self.transition.name().to_owned(),
            title,
            message: message.clone(),
            test: self.test,
            notified: Vec::new(),
            deliveries: Vec::new(),
        };
        if !definition.is_draft() {
            notice.notified = self.recipients(&message, scene);
            let topics: Vec<&str> = notice
                .notified
                .iter()
                .filter_map(|handle| handles::topic(handle))
                .collect();
            let body = self.body(event_id, &message, world, now);
            notice.deliveries = topics
                .iter()
                .map(|topic| self.publish(topic, &body, &notice, (world, now)))
                .collect();
        }
        world.log(now, "notification", json!(notice));
        world.notices.push(notice.clone());
        notice
    }

    /// The monitor's message; who is told again reads the escalation message below it.
    fn template(&self) -> String {
        let definition = &self.monitor.definition;
        let message = definition.text("message");
        let escalation = definition
            .option("escalation_message")
            .and_then(Value::as_str);
        match (self.transition, escalation) {
            (Transition::Renotify(_), Some(text)) if !text.is_empty() => {
                format!("{message}\n\n{text}")
            }
            _ => message.to_owned(),
        }
    }

    /// The handles in the text, and those in blocks that hear of the transition without being shown.
    fn recipients(&self, message: &str, mut scene: Scene) -> Vec<String> {
        let mut found = handles::find(message);
        let unseen = self.transition.heard_by();
        if !unseen.is_empty() {
            scene.conditionals.extend(unseen);
            let wider = render(&self.template(), &scene);
            found.extend(handles::find(&wider));
            let mut seen = std::collections::BTreeSet::new();
            found.retain(|handle| seen.insert(handle.clone()));
        }
        found
    }

    fn body(&self, event_id: u64, message: &str, world: &World, now: Moment) -> String {
        let definition = &self.monitor.definition;
        let preset = Preset::named(
            definition
                .option("notification_preset_name")
                .and_then(Value::as_str),
        );
        let content = Content {
            message,
            query: &sentence(definition.query(), self.group),
            monitor_id: self.monitor.id,
            event_id,
            group: self.group,
            tester: self.test.then_some(TESTER),
            at_ms: now.wall_ms,
        };
        text::body(&content, world.form, preset)
    }

    fn publish(
        &self,
        topic: &str,
        body: &str,
        notice: &Notice,
        (world, now): (&mut World, Moment),
    ) -> String {
        let publication = Publication {
            topic: topic.to_owned(),
            subject: Some(text::subject(&notice.title, self.test)),
            message: body.to_owned(),
            message_id: world.ids.uuid(),
            at_ms: now.wall_ms,
        };
        let origin = Origin {
            monitor_id: Some(notice.monitor_id.clone()),
            event_id: Some(notice.event_id.clone()),
            group: Some(notice.group.clone()),
            transition: Some(notice.transition.clone()),
        };
        let incoming = Incoming {
            publication,
            origin,
            held: world.faults.hold_deliveries,
        };
        world.publish(incoming, now)
    }
}
