//! SNS and Lambda: each notice arrives when the schedule says, at some instance, and is tried again twice if it fails.

use crate::instance::Cluster;
use crate::schedule::group_name;
use crate::time;
use crate::truth::{MONITOR, Notice};
use service::callback;
use service::model::Notification;
use std::sync::Arc;

/// Lambda waits so long before each attempt.
pub(crate) const WAITS: [i64; 3] = [0, 60_000, 120_000];

/// Delivers one notice; after the last attempt it lies in the dead letter queue.
pub(crate) async fn deliver(cluster: Arc<Cluster>, notice: Notice) {
    time::sleep_until(notice.arrives).await;
    for (attempt, wait) in WAITS.into_iter().enumerate() {
        time::sleep(wait).await;
        if attempt > 0 {
            cluster.world.saw("retry");
        }
        if call(&cluster, &notice, attempt).await {
            return;
        }
    }
    cluster.world.saw("dead letter");
}

/// One attempt, at one of the instances that run; whether it was answered 200.
async fn call(cluster: &Cluster, notice: &Notice, attempt: usize) -> bool {
    let alive = cluster.alive();
    let Some(life) = alive.get((notice.id + attempt) % alive.len().max(1)) else { return false };
    cluster.world.log().last_callback = Some(time::now());
    let notification = Notification {
        event_id: Some(notice.id.to_string()),
        monitor_id: MONITOR.into(),
        group: Some(group_name(notice.group)),
        transition: Some("Triggered".into()),
        test: false,
        callback_url: format!("https://funds.example.com{}", callback::PATH),
        message_id: notice.id.to_string(),
    };
    tokio::select! {
        answer = callback::handle(&life.service, notification) => answer.is_ok(),
        () = life.killed() => false,
    }
}
