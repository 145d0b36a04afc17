//! The example provider under the real Terraform: one story per test, over files in a
//! directory of its own. Needs `terraform` on the PATH; without it the tests say so and
//! pass, except where `CI=1`.

use serde_json::Value as Json;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use crate::support::example;

/// A directory with a configuration, a mirror that holds the provider, and the notes.
struct Workspace {
    dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

fn terraform_is_there() -> bool {
    let there = Command::new("terraform")
        .arg("version")
        .output()
        .is_ok_and(|o| o.status.success());
    assert!(
        there || std::env::var("CI").as_deref() != Ok("1"),
        "CI needs `terraform` on the PATH"
    );
    if !there {
        eprintln!("skipped: there is no `terraform` on the PATH");
    }
    there
}

/// Terraform's name for this platform.
fn platform() -> String {
    let os = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        "linux"
    };
    let arch = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "amd64"
    };
    format!("{os}_{arch}")
}

const HEAD: &str = r#"
terraform {
  required_providers {
    notes = { source = "example/notes" }
  }
}
provider "notes" {
  directory = "${abspath(path.module)}/notes"
  key       = "secret"
}
"#;

impl Workspace {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let package = root
            .join("mirror/registry.terraform.io/example/notes/0.1.0")
            .join(platform());
        fs::create_dir_all(&package).unwrap();
        fs::create_dir(root.join("notes")).unwrap();
        fs::copy(example(), package.join("terraform-provider-notes_v0.1.0")).unwrap();
        let mirror = root.join("mirror");
        let cli = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
        );
        fs::write(root.join("cli.tfrc"), cli).unwrap();
        let config = root.join("cli.tfrc").to_str().unwrap().to_owned();
        let env = vec![
            ("TF_CLI_CONFIG_FILE".to_owned(), config),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ];
        Self { dir, env }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, config: &str) {
        fs::write(self.path("main.tf"), format!("{HEAD}{config}")).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .envs(self.env.iter().cloned());
        command.env_remove("TF_REATTACH_PROVIDERS");
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.output().unwrap()
    }

    /// Runs Terraform, which must succeed, and gives what it printed.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = text(&output);
        assert!(output.status.success(), "terraform {arguments:?}:\n{text}");
        text
    }

    fn init(&self, config: &str) {
        self.write(config);
        self.ok(&["init", "-no-color"]);
    }

    /// Applies the configuration; the plan after that must be empty.
    fn apply(&self, config: &str) -> String {
        self.write(config);
        let text = self.ok(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(
            self.changes(),
            0,
            "a second plan is not empty:\n{}",
            self.ok(&["plan", "-no-color"])
        );
        text
    }

    /// The exit code of a plan: 0 without changes, 2 with.
    fn changes(&self) -> i32 {
        self.run(&["plan", "-detailed-exitcode", "-no-color"])
            .status
            .code()
            .unwrap()
    }

    /// The attributes of a resource in the state.
    fn state(&self, name: &str) -> Json {
        let state: Json =
            serde_json::from_slice(&fs::read(self.path("terraform.tfstate")).unwrap()).unwrap();
        let resources = state["resources"].as_array().unwrap();
        let resource = resources
            .iter()
            .find(|r| r["name"] == name && r["mode"] == "managed")
            .unwrap();
        resource["instances"][0].clone()
    }

    fn has_note(&self, id: &str) -> bool {
        self.path("notes").join(format!("{id}.json")).exists()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

const NOTE: &str = r#"
resource "notes_note" "a" {
  title  = "Hello there"
  weight = 0.1
  tags   = ["x", "y"]
  extra  = { n = 0.1, list = [1, "two"] }
  author = { name = "Ann" }
  reminder { at = "10:00" }
  reminder {
    at      = "11:30"
    channel = "phone"
  }
}
"#;

#[test]
fn a_note_lives_from_plan_to_destroy() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    work.init(NOTE);
    let plan = work.ok(&["plan", "-no-color"]);
    for known in [
        "Hello there\n",
        "10:00 by mail",
        "11:30 by phone",
        "nobody@example.com",
        "id       = (known after apply)",
    ] {
        assert!(plan.contains(known), "the plan lacks {known:?}:\n{plan}");
    }
    work.apply(NOTE);
    let state = fs::read_to_string(work.path("terraform.tfstate")).unwrap();
    assert!(state.contains("\"weight\": 0.1\n"), "{state}");
    let created = "Y3JlYXRlZA=="; // base64
    assert_eq!(work.state("a")["private"], created);

    // An update keeps the id, knows the new text at plan time, and not the revision.
    work.write(&NOTE.replace("Hello there", "Bye"));
    let plan = work.ok(&["plan", "-no-color"]);
    for line in [
        "0 to add, 1 to change, 0 to destroy",
        "~ revision = 1 -> (known after apply)",
        "Bye\n",
    ] {
        assert!(plan.contains(line), "the plan lacks {line:?}:\n{plan}");
    }
    work.apply(&NOTE.replace("Hello there", "Bye"));
    assert_eq!(work.state("a")["attributes"]["id"], "hello-there");
    assert_eq!(work.state("a")["attributes"]["revision"], 2);

    // Gone outside: made again.
    fs::remove_file(work.path("notes/hello-there.json")).unwrap();
    assert_eq!(work.changes(), 2);
    work.apply(&NOTE.replace("Hello there", "Bye"));
    assert!(work.has_note("bye"));

    work.ok(&["destroy", "-auto-approve", "-no-color"]);
    assert!(!work.has_note("bye"));
}

#[test]
fn another_spelling_is_no_change_and_another_kind_replaces() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    let note = |kind: &str| {
        format!("resource \"notes_note\" \"a\" {{\n  title = \"A\"\n  kind = \"{kind}\"\n}}\n")
    };
    work.init(&note("md"));
    work.apply(&note("md"));
    work.apply(&note("markdown"));
    assert_eq!(work.state("a")["attributes"]["kind"], "md");
    work.write(&note("plain"));
    let plan = work.ok(&["plan", "-no-color"]);
    assert!(plan.contains("# forces replacement"), "{plan}");
    work.apply(&note("plain"));
    // Without a kind the default comes back, and a default is no replacement of itself.
    work.apply("resource \"notes_note\" \"a\" {\n  title = \"A\"\n}\n");
    assert_eq!(work.state("a")["attributes"]["revision"], 1);
}

#[test]
fn what_exists_is_imported_and_taken_over() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    let data = "resource \"terraform_data\" \"old\" {\n  input = \"Hello there\"\n}\n";
    work.init(&format!("{NOTE}{data}"));
    work.apply(&format!("{NOTE}{data}"));
    work.ok(&["state", "rm", "notes_note.a"]);
    work.ok(&["import", "-no-color", "notes_note.a", "hello-there"]);
    assert_eq!(work.changes(), 0);
    work.ok(&["state", "rm", "notes_note.a"]);
    let moved = "moved {\n  from = terraform_data.old\n  to = notes_note.a\n}\n";
    work.apply(&format!("{NOTE}{moved}"));
    assert_eq!(work.state("a")["attributes"]["id"], "hello-there");
    let refused = work.run(&["import", "-no-color", "notes_note.b", "x"]);
    assert!(!refused.status.success());
}

#[test]
fn old_state_is_upgraded() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    work.init(NOTE);
    work.apply(NOTE);
    let file = work.path("terraform.tfstate");
    let state = fs::read_to_string(&file).unwrap();
    let old = state
        .replace("\"title\":", "\"name\":")
        .replace("\"schema_version\": 1", "\"schema_version\": 0");
    assert_ne!(old, state);
    fs::write(&file, old).unwrap();
    assert_eq!(work.changes(), 0);
    let newer = state.replace("\"schema_version\": 1", "\"schema_version\": 2");
    fs::write(&file, newer).unwrap();
    let refused = text(&work.run(&["plan", "-no-color"]));
    assert!(refused.contains("newer provider version"), "{refused}");
}

#[test]
fn what_fails_half_way_is_kept_as_tainted() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    work.init("resource \"notes_note\" \"a\" {\n  title = \"Half made\"\n}\n");
    let failed = work.run(&["apply", "-auto-approve", "-no-color"]);
    assert!(
        text(&failed).contains("The note is only half made"),
        "{}",
        text(&failed)
    );
    assert_eq!(work.state("a")["status"], "tainted");
    assert_eq!(work.state("a")["attributes"]["id"], "half-made");
    work.ok(&["destroy", "-auto-approve", "-no-color"]);
    assert!(!work.has_note("half-made"));
}

#[test]
fn mistakes_are_shown_at_their_attributes() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    work.init(
        "resource \"notes_note\" \"a\" {\n  title = \"\"\n  kind = \"odd\"\n  weight = 101\n  tags = [\"x\", \" \"]\n  \
         reminder {\n    at = \"soon\"\n  }\n}\n",
    );
    let report: Json = serde_json::from_slice(&work.run(&["validate", "-json"]).stdout).unwrap();
    let found: Vec<(&str, &str)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            (
                d["detail"].as_str().unwrap(),
                d["snippet"]["code"].as_str().unwrap().trim(),
            )
        })
        .collect();
    let wanted = [
        ("title: must not be empty.", "title = \"\""),
        (
            "kind: `odd` is none of the allowed values: use one of `plain`, `md`, `markdown`.",
            "kind = \"odd\"",
        ),
        (
            "weight: `101` is out of range: use a number from 0 to 100.",
            "weight = 101",
        ),
        ("tags[*]: must not be empty.", "tags = [\"x\", \" \"]"),
        ("Write HH:MM.", "at = \"soon\""),
    ];
    for row in wanted {
        assert!(found.contains(&row), "{row:?} is not in {found:#?}");
    }
}

#[test]
fn functions_and_data_sources_answer() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    let rest = r#"
data "notes_note" "a" { id = notes_note.a.id }
output "slug" { value = provider::notes::slug("A b", "C") }
output "title" { value = data.notes_note.a.title }
"#;
    work.init(&format!("{NOTE}{rest}"));
    work.apply(&format!("{NOTE}{rest}"));
    let outputs: Json = serde_json::from_str(&work.ok(&["output", "-json"])).unwrap();
    assert_eq!(outputs["slug"]["value"], "a-b-c");
    assert_eq!(outputs["title"]["value"], "Hello there");
    work.write("output \"slug\" {\n  value = provider::notes::slug(\"a\", \" \")\n}\n");
    let refused = text(&work.run(&["plan", "-no-color"]));
    assert!(
        refused.contains("must not be empty: write a word"),
        "{refused}"
    );
}

#[test]
fn unknown_values_are_planned() {
    if !terraform_is_there() {
        return;
    }
    let work = Workspace::new();
    let config = r#"
resource "terraform_data" "t" { input = ["10:00", "11:00"] }
resource "notes_note" "a" {
  title  = "Known"
  author = { name = terraform_data.t.id }
  dynamic "reminder" {
    for_each = toset(terraform_data.t.output)
    content { at = reminder.value }
  }
}
"#;
    work.init(config);
    work.apply(config);
    assert_eq!(
        work.state("a")["attributes"]["text"],
        "Known\n10:00 by mail\n11:00 by mail"
    );
}

/// A provider started with `-debug`, killed when the test ends in whatever way.
struct Debugged(Child);

impl Drop for Debugged {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Debugged {
    fn first_line(&mut self) -> String {
        let mut line = String::new();
        let mut stdout = BufReader::new(self.0.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

#[test]
fn a_debugged_provider_is_reattached_and_cleans_up() {
    if !terraform_is_there() {
        return;
    }
    let mut work = Workspace::new();
    let mut child = Debugged(
        Command::new(example())
            .arg("-debug")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let line = child.first_line();
    let json = line
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .and_then(|l| l.strip_suffix('\''))
        .unwrap();
    let reattach: Json = serde_json::from_str(json).unwrap();
    let socket = reattach["registry.terraform.io/example/notes"]["Addr"]["String"]
        .as_str()
        .unwrap()
        .to_owned();
    work.env
        .push(("TF_REATTACH_PROVIDERS".to_owned(), json.to_owned()));
    // Nothing to install: only the running process can answer.
    fs::remove_dir_all(work.path("mirror")).unwrap();
    work.init(NOTE);
    work.apply(NOTE);
    assert!(work.has_note("hello-there"));
    let pid = child.0.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(killed.unwrap().success());
    assert!(child.0.wait().unwrap().success());
    assert!(
        !Path::new(&socket).parent().unwrap().exists(),
        "{socket} is left behind"
    );
}
