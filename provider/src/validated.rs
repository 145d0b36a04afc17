//! Which bodies Datadog has lately accepted. Terraform plans again inside `apply`, in a new process: what the plan
//! has asked need not be asked again. A note of it is kept among Terraform's own files (`TF_DATA_DIR`, by default
//! `.terraform`), as SHA-256 of API URL and body, for a quarter of an hour. Where it cannot be kept, Datadog is
//! asked again: nothing depends on it.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an answer counts. Datadog's rules change seldom, but roles and monitors that a body names may go.
const LASTING: Duration = Duration::from_secs(15 * 60);
/// The note's file.
const FILE: &str = "circuitbreaker-validated";
/// A note larger than this, in bytes, is begun anew.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The note, as this process knows it.
pub(crate) struct Validated {
    path: PathBuf,
    /// Seconds since 1970 at which this process was configured: no walk takes as long as an answer lasts.
    now: u64,
    known: Mutex<HashMap<String, u64>>,
}

impl Validated {
    /// Reads the note in `folder`, which Terraform has made; without one, nothing is known.
    pub(crate) fn load(folder: &Path, now: SystemTime) -> Self {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let path = folder.join(FILE);
        let mut text = String::new();
        let size =
            File::open(&path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
        if size.is_err() {
            text.clear();
        }
        let known: HashMap<String, u64> = text
            .lines()
            .filter_map(entry)
            .filter(|(_, at)| is_fresh(*at, now))
            .collect();
        let stale = text.lines().count() > known.len();
        let validated = Self {
            path,
            now,
            known: Mutex::new(known),
        };
        if stale {
            validated.rewrite();
        }
        validated
    }

    /// Whether Datadog has accepted this body.
    pub(crate) fn contains(&self, digest: &str) -> bool {
        self.known().contains_key(digest)
    }

    /// Notes that Datadog has accepted it.
    pub(crate) fn insert(&self, digest: String) {
        let line = line(&digest, self.now);
        let mut known = self.known();
        // One write of one short line: other processes may write to the same file.
        let noted = self
            .open(false)
            .and_then(|mut file| file.write_all(line.as_bytes()));
        if noted.is_ok() {
            known.insert(digest, self.now);
        }
    }

    fn rewrite(&self) {
        let lines: String = self
            .known()
            .iter()
            .map(|(digest, at)| line(digest, *at))
            .collect();
        // A failure leaves stale entries, which nobody believes.
        let _ = self
            .open(true)
            .and_then(|mut file| file.write_all(lines.as_bytes()));
    }

    /// The file, for its owner alone. Its folder is never made: without it there is no Terraform.
    fn open(&self, anew: bool) -> std::io::Result<File> {
        let mut options = File::options();
        options.create(true).mode(0o600);
        if anew {
            options.write(true).truncate(true);
        } else {
            options.append(true);
        }
        options.open(&self.path)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands for a body sent to `url`, which names API and monitor.
pub(crate) fn digest(url: &str, body: &Json) -> String {
    let mut hash = Sha256::new();
    hash.update(url);
    hash.update([0]);
    hash.update(body.to_string());
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn line(digest: &str, at: u64) -> String {
    format!("{digest} {at}\n")
}

fn entry(line: &str) -> Option<(String, u64)> {
    let (digest, at) = line.split_once(' ')?;
    (digest.len() == 64).then_some((digest.to_owned(), at.parse().ok()?))
}

/// A time in the future is a clock that was set back: not believed either.
fn is_fresh(at: u64, now: u64) -> bool {
    now.checked_sub(at)
        .is_some_and(|age| age < LASTING.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt;

    const START: u64 = 1_800_000_000;

    fn load(folder: &Path, seconds: u64) -> Validated {
        Validated::load(folder, UNIX_EPOCH + Duration::from_secs(START + seconds))
    }

    #[test]
    fn another_process_remembers_for_a_quarter_of_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let body = digest("https://api.datadoghq.com", &json!({"name": "a"}));
        load(folder.path(), 0).insert(body.clone());
        for (seconds, known) in [(0, true), (899, true), (900, false), (0, false)] {
            assert_eq!(
                load(folder.path(), seconds).contains(&body),
                known,
                "{seconds} s"
            );
        }
    }

    #[test]
    fn a_note_from_the_future_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let body = digest("u", &json!({}));
        load(folder.path(), 60).insert(body.clone());
        assert!(!load(folder.path(), 0).contains(&body));
    }

    #[test]
    fn url_and_body_both_count() {
        let bodies = [json!({"name": "a"}), json!({"name": "b"})];
        let digests = ["u", "v"]
            .map(|url| bodies.each_ref().map(|body| digest(url, body)))
            .concat();
        let distinct: std::collections::HashSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn only_the_owner_reads_the_note_and_it_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let old = load(folder.path(), 0);
        (0..100).for_each(|n| old.insert(digest("u", &json!(n))));
        let file = folder.path().join(FILE);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        load(folder.path(), 1000).insert(digest("u", &json!("new")));
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 1);
    }

    #[test]
    fn without_a_folder_or_with_a_broken_note_nothing_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let validated = load(&missing, 0);
        validated.insert(digest("u", &json!({})));
        assert!(!validated.contains(&digest("u", &json!({}))) && !missing.exists());
        std::fs::write(folder.path().join(FILE), b"\xff\xfe nonsense\n12 x\n").unwrap();
        assert!(!load(folder.path(), 0).contains("12"));
    }
}
