//! Ends invocations that take too long, in wall time.

use std::sync::Arc;

use crate::hub::{Hub, Until};

/// Runs for ever: each invocation that is past its deadline has failed, and its process is ended.
pub(crate) async fn enforce(hub: Arc<Hub>) {
    loop {
        let request_id = hub
            .wait(|world, now| match world.queue.next_deadline() {
                Some((deadline_ms, request_id)) if deadline_ms <= now.wall_ms => Ok(request_id),
                Some((deadline_ms, _)) => Err(Until::Wall(deadline_ms)),
                None => Err(Until::Change),
            })
            .await;
        let error = format!(
            "Task timed out after {:.2} seconds",
            hub.settings.timeout.as_secs_f64()
        );
        let text = super::describe(&request_id, &error);
        // It may have been answered in this very moment; then there is nothing to end.
        if hub
            .change(|world, now| world.fail_by_itself(&request_id, &text, now))
            .is_ok()
        {
            hub.kill_function();
        }
    }
}
