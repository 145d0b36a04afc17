//! The service as a child process: a group of its own, so that what a launcher starts ends with it, and its last lines kept.

use std::collections::VecDeque;
use std::io;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How many lines are kept.
const KEPT: usize = 20_000;

type Lines = Arc<Mutex<VecDeque<String>>>;

/// A running command; it is killed when dropped.
pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
    lines: Lines,
}

impl Process {
    /// Starts `command` by the shell, with `environment` added to that of this program.
    pub(super) fn start(command: &str, environment: &[(String, String)]) -> io::Result<Self> {
        let mut child = Command::new("sh")
            .args(["-c", command])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let lines = Lines::default();
        collect(child.stdout.take(), &lines);
        collect(child.stderr.take(), &lines);
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Self {
            child,
            group: group.map(Pid::from_raw),
            lines,
        })
    }

    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Asks it to end and tells whether it did so in time; else it is killed.
    pub(super) async fn stop(&mut self, patience: Duration) -> bool {
        self.signal(Signal::SIGTERM);
        let ended = timeout(patience, self.child.wait()).await.is_ok();
        self.kill().await;
        ended
    }

    /// Ends it as a crash would.
    pub(super) async fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait().await;
        self.group = None;
    }

    /// Everything printed of late, oldest first.
    pub(super) fn log(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = killpg(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

fn collect(pipe: Option<impl AsyncRead + Unpin + Send + 'static>, lines: &Lines) {
    let Some(pipe) = pipe else { return };
    let lines = Arc::clone(lines);
    tokio::spawn(async move {
        let mut pipe = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = pipe.next_line().await {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == KEPT {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    });
}
