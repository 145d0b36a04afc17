//! A child process: its lines are kept, and it ends when its owner goes.

use crate::wait;
use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// A running program.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts `command`; `name` is for messages.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {name}"))?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        collect(child.stdout.take(), &lines);
        collect(child.stderr.take(), &lines);
        Ok(Self {
            name: name.to_owned(),
            child,
            lines,
        })
    }

    /// Everything printed so far.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until a printed line gives `Some` for `pick`.
    ///
    /// # Errors
    /// When the program ends first, or no such line comes.
    pub fn wait_line<T>(&mut self, pick: impl Fn(&str) -> Option<T>) -> anyhow::Result<T> {
        let name = self.name.clone();
        let found = wait::until(&format!("{name}: its first words"), || {
            if let Some(value) = self.log().iter().find_map(|line| pick(line)) {
                return Some(Some(value));
            }
            matches!(self.child.try_wait(), Ok(Some(_))).then_some(None)
        })?;
        found.with_context(|| format!("{name} ended at once:\n{}", self.log().join("\n")))
    }

    /// Asks the program to end (SIGTERM), and makes it end when it does not.
    pub fn stop(&mut self) {
        let Ok(pid) = i32::try_from(self.child.id()) else {
            return;
        };
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        let ended = wait::until("the end", || self.child.try_wait().ok().flatten());
        if ended.is_err() {
            self.kill();
        }
    }

    /// Ends the program without a warning (SIGKILL), as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail = log.len().saturating_sub(40);
            println!(
                "--- last lines of {}\n{}",
                self.name,
                log[tail..].join("\n")
            );
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>, lines: &Arc<Mutex<Vec<String>>>) {
    let Some(pipe) = pipe else { return };
    let lines = Arc::clone(lines);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    });
}
