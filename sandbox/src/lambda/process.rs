//! The function's process: started, and started anew when an invocation needs it after it has died.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::delivery::FUNCTION;
use crate::hub::{Hub, Until};
use crate::sns::REGION;
use crate::world::Function;

/// What to run.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    /// The executable, as Lambda's `bootstrap`.
    pub(crate) bootstrap: PathBuf,
    /// The function's own settings; its environment holds these and what Lambda itself sets, no more.
    pub(crate) env: Vec<(String, String)>,
    /// Where the Runtime API listens.
    pub(crate) api: SocketAddr,
}

/// Keeps the process until `stop` changes; then ends it and returns.
pub(crate) async fn supervise(hub: Arc<Hub>, spec: Spec, mut stop: watch::Receiver<bool>) {
    loop {
        let ended = tokio::select! {
            ended = run_once(&hub, &spec) => ended,
            _ = stop.changed() => return,
        };
        eprintln!("cb-sandbox: the function's process ended: {ended}");
        bury(&hub, &ended);
        // As Lambda does, start the next one when there is something to do: a process that dies at once costs attempts, not a storm.
        tokio::select! {
            () = wait_for_work(&hub) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Runs the process to its end; a dropped future ends it too.
async fn run_once(hub: &Hub, spec: &Spec) -> String {
    let mut child = match start(spec) {
        Ok(child) => child,
        Err(error) => return format!("cannot start `{}`: {error}", spec.bootstrap.display()),
    };
    let status = tokio::select! {
        status = child.wait() => status.map(exit),
        () = hub.function_killed() => child.kill().await.map(|()| "killed after its timeout".to_owned()),
    };
    status.unwrap_or_else(|error| error.to_string())
}

fn exit(status: ExitStatus) -> String {
    format!("Runtime exited with error: {status}")
}

fn start(spec: &Spec) -> std::io::Result<Child> {
    Command::new(&spec.bootstrap)
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", spec.api.to_string().as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", FUNCTION),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME",
                &format!("/aws/lambda/{FUNCTION}"),
            ),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "sandbox"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("_HANDLER", "bootstrap"),
            ("LANG", "en_US.UTF-8"),
            ("TZ", ":UTC"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ])
        .envs(spec.env.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        // Standard output is the sandbox's own: its first line is read by whoever started it.
        .stdout(Stdio::from(std::io::stderr()))
        .kill_on_drop(true)
        .spawn()
}

/// A process takes its invocations with it. One that never asked for work takes the one that waits for it.
fn bury(hub: &Hub, ended: &str) {
    hub.change(|world, now| {
        let next = world.function.generation + 1;
        let gone = std::mem::replace(
            &mut world.function,
            Function {
                generation: next,
                ..Function::default()
            },
        );
        let mut lost = world.queue.running();
        if !gone.ready {
            lost.extend(
                world
                    .queue
                    .take_due(now, 0)
                    .map(|invocation| invocation.request_id),
            );
        }
        let reason = gone.init_error.unwrap_or_else(|| ended.to_owned());
        for request_id in lost {
            let text = super::describe(&request_id, &reason);
            // All of them run: they were listed a moment ago, under the same lock.
            world.fail_by_itself(&request_id, &text, now).ok();
        }
    });
}

async fn wait_for_work(hub: &Hub) {
    hub.wait(|world, now| match world.queue.next_due_ms() {
        Some(due_ms) if due_ms <= now.virtual_ms => Ok(()),
        Some(due_ms) => Err(Until::Virtual(due_ms)),
        None => Err(Until::Change),
    })
    .await;
}
