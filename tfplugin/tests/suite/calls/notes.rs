//! The life of a note, call by call.

use super::{Client, ask, client, dynamic, json, place, plain, provider_server, raw, tf, told};
use crate::{note, provider::Notes};
use serde_json::Value as Json;
use tempfile::TempDir;
use tfplugin::{Provider as _, Resource as _, Type};

const NAME: &str = "notes_note";

fn ty() -> Type {
    note::Note.schema().ty()
}

/// The client of a provider that keeps its notes in a fresh directory.
async fn configured() -> (Client<impl provider_server::Provider>, TempDir) {
    let dir = TempDir::new().unwrap();
    let mut client = client(Notes);
    let config = json!({"directory": dir.path(), "key": "k"});
    let answer = ask!(client.configure_provider(configure(&config)));
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    (client, dir)
}

fn configure(config: &Json) -> tf::configure_provider::Request {
    let config = dynamic(config, &Notes.schema().ty());
    tf::configure_provider::Request {
        config,
        ..Default::default()
    }
}

fn a_note(title: &str) -> Json {
    json!({"title": title, "reminder": []})
}

/// The state of a note that exists.
fn kept(title: &str, text: &str) -> Json {
    json!({
        "id": "hello", "title": title, "kind": "plain", "weight": null, "tags": null, "author": null,
        "extra": null, "text": text, "revision": 4, "reminder": [],
    })
}

fn plan(config: &Json, prior: &Json, proposed: &Json) -> tf::plan_resource_change::Request {
    tf::plan_resource_change::Request {
        type_name: NAME.to_owned(),
        config: dynamic(config, &ty()),
        prior_state: dynamic(prior, &ty()),
        proposed_new_state: dynamic(proposed, &ty()),
        prior_private: b"mine".to_vec(),
        ..Default::default()
    }
}

fn apply(prior: &Json, planned: Option<tf::DynamicValue>) -> tf::apply_resource_change::Request {
    tf::apply_resource_change::Request {
        type_name: NAME.to_owned(),
        prior_state: dynamic(prior, &ty()),
        config: planned.clone(),
        planned_state: planned,
        planned_private: b"mine".to_vec(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_provider_block_is_checked_and_configured() {
    let mut client = client(Notes);
    let config = dynamic(&json!({"directory": " "}), &Notes.schema().ty());
    let answer =
        ask!(client.validate_provider_config(tf::validate_provider_config::Request { config }));
    let wanted = ["E: Invalid value: directory: must not be empty. (directory)"];
    assert_eq!(told(&answer.diagnostics), wanted);
    let answer = ask!(client.configure_provider(configure(&json!({"directory": "/x"}))));
    assert_eq!(
        told(&answer.diagnostics),
        ["W: No key: Notes are kept in the open. (key)"]
    );
    let unknown = json!({"directory": "?", "key": "?"});
    let answer = ask!(client.configure_provider(configure(&unknown)));
    assert_eq!(told(&answer.diagnostics), [""; 0]);
}

#[tokio::test]
async fn a_note_is_planned_made_and_deleted() {
    let (mut client, dir) = configured().await;
    let config = a_note("Hello");
    let planned = ask!(client.plan_resource_change(plan(&config, &Json::Null, &config)));
    assert_eq!(
        (told(&planned.diagnostics).len(), planned.legacy_type_system),
        (0, false)
    );
    assert_eq!(planned.planned_private, b"mine");
    // The text is known at plan time, id and revision are not.
    let mut wanted = kept("Hello", "Hello");
    wanted["id"] = json!("?");
    wanted["revision"] = json!("?");
    assert_eq!(plain(planned.planned_state.clone(), &ty()), wanted);

    let made = ask!(client.apply_resource_change(apply(&Json::Null, planned.planned_state)));
    assert_eq!(
        (told(&made.diagnostics).len(), &made.private[..]),
        (0, &b"created"[..])
    );
    let state = plain(made.new_state, &ty());
    assert_eq!(
        (&state["id"], &state["revision"]),
        (&json!("hello"), &json!(1))
    );
    let gone = ask!(client.apply_resource_change(apply(&state, dynamic(&Json::Null, &ty()))));
    assert_eq!(plain(gone.new_state, &ty()), Json::Null);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_second_plan_asks_for_nothing() {
    let (mut client, _dir) = configured().await;
    let state = kept("Hello", "Hello");
    let same = ask!(client.plan_resource_change(plan(&a_note("Hello"), &state, &state)));
    assert_eq!(plain(same.planned_state, &ty()), state);
}

#[tokio::test]
async fn a_change_keeps_the_id_and_another_kind_replaces() {
    let (mut client, _dir) = configured().await;
    let state = kept("Hello", "Hello");
    let (mut config, mut proposed) = (a_note("Bye"), state.clone());
    proposed["title"] = json!("Bye");
    let update = ask!(client.plan_resource_change(plan(&config, &state, &proposed)));
    assert_eq!(update.requires_replace, []);
    let planned = plain(update.planned_state.clone(), &ty());
    assert_eq!(
        (&planned["id"], &planned["revision"]),
        (&json!("hello"), &json!("?"))
    );
    let changed = ask!(client.apply_resource_change(apply(&state, update.planned_state)));
    let state = plain(changed.new_state, &ty());
    assert_eq!(
        (&state["text"], &state["revision"]),
        (&json!("Bye"), &json!(5))
    );
    config["kind"] = json!("md");
    proposed["kind"] = json!("md");
    let replace = ask!(client.plan_resource_change(plan(&config, &state, &proposed)));
    let paths: Vec<_> = replace
        .requires_replace
        .iter()
        .map(|path| place(Some(path)))
        .collect();
    assert_eq!(paths, ["kind"]);
}

#[tokio::test]
async fn drift_in_what_is_computed_is_an_update() {
    let (mut client, _dir) = configured().await;
    let state = kept("Hello", "changed by hand");
    let mended = ask!(client.plan_resource_change(plan(&a_note("Hello"), &state, &state)));
    let planned = plain(mended.planned_state, &ty());
    // The update will count the revision up, so it cannot be planned as it was.
    let found = (&planned["id"], &planned["text"], &planned["revision"]);
    assert_eq!(found, (&json!("hello"), &json!("Hello"), &json!("?")));
}

#[tokio::test]
async fn a_plan_to_destroy_may_warn() {
    let (mut client, _dir) = configured().await;
    let state = json!({"id": "a", "title": "A", "kind": "markdown", "reminder": []});
    let answer = ask!(client.plan_resource_change(plan(&Json::Null, &state, &Json::Null)));
    assert_eq!(plain(answer.planned_state, &ty()), Json::Null);
    assert_eq!(
        told(&answer.diagnostics),
        ["W: A long note is destroyed:  (kind)"]
    );
}

#[tokio::test]
async fn configurations_are_checked() {
    let mut client = client(Notes);
    let reminders = json!([{"at": "?"}, {"at": "soon"}]);
    let config = json!({"title": "?", "kind": "odd", "tags": ["x", ""], "reminder": reminders});
    let request = tf::validate_resource_config::Request {
        type_name: NAME.to_owned(),
        config: dynamic(&config, &ty()),
        client_capabilities: None,
    };
    let wanted = [
        "E: Invalid value: kind: `odd` is none of the allowed values: use one of `plain`, `md`, `markdown`. (kind)",
        // The protocol has no step into a set.
        "E: Invalid value: tags[*]: must not be empty. (tags)",
        "E: Invalid time: Write HH:MM. (reminder[1].at)",
    ];
    assert_eq!(
        told(&ask!(client.validate_resource_config(request)).diagnostics),
        wanted
    );
}

#[tokio::test]
async fn what_exists_is_read_and_what_is_gone_is_null() {
    let (mut client, dir) = configured().await;
    let file = dir.path().join("a.json");
    let kept = json!({"id": "a", "title": "A", "kind": "markdown", "weight": 0.1, "reminder": []});
    std::fs::write(&file, kept.to_string()).unwrap();
    let read = |state: &Json| tf::read_resource::Request {
        type_name: NAME.to_owned(),
        current_state: dynamic(state, &ty()),
        private: b"mine".to_vec(),
        ..Default::default()
    };
    // The same kind in another spelling stays as the state has it.
    let state = json!({"id": "a", "title": "old", "kind": "md", "reminder": []});
    let found = ask!(client.read_resource(read(&state)));
    assert_eq!(found.private, b"mine");
    let found = plain(found.new_state, &ty());
    assert_eq!(
        (&found["kind"], &found["title"]),
        (&json!("md"), &json!("A"))
    );
    assert_eq!(found["weight"].to_string(), "0.1");
    let gone = ask!(client.read_resource(read(&json!({"id": "b", "reminder": []}))));
    assert_eq!(plain(gone.new_state, &ty()), Json::Null);
    // What cannot be read stays as it was.
    std::fs::write(&file, "{").unwrap();
    let failed = ask!(client.read_resource(read(&state)));
    assert!(told(&failed.diagnostics)[0].starts_with("E: Cannot read the note: Note `a`"));
    assert_eq!(failed.new_state, dynamic(&state, &ty()));
}

#[tokio::test]
async fn a_note_is_imported_by_its_id() {
    let (mut client, _dir) = configured().await;
    let request = tf::import_resource_state::Request {
        type_name: NAME.to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let answer = ask!(client.import_resource_state(request));
    let [imported] = &answer.imported_resources[..] else {
        panic!("{answer:?}")
    };
    assert_eq!(imported.type_name, NAME);
    assert_eq!(plain(imported.state.clone(), &ty())["id"], "a");
}

#[tokio::test]
async fn old_state_is_upgraded_and_newer_refused() {
    let mut client = client(Notes);
    let upgrade = |version, state: &Json| tf::upgrade_resource_state::Request {
        type_name: NAME.to_owned(),
        version,
        raw_state: raw(state),
    };
    let rows = [
        (0, json!({"name": "A", "reminder": []})),
        (1, json!({"title": "A", "more": 1})),
    ];
    for (version, old) in rows {
        let answer = ask!(client.upgrade_resource_state(upgrade(version, &old)));
        assert_eq!(plain(answer.upgraded_state, &ty())["title"], "A");
    }
    let answer = ask!(client.upgrade_resource_state(upgrade(2, &json!({}))));
    assert!(told(&answer.diagnostics)[0].starts_with("E: State is newer than the provider: "));
    let flatmap = [("id".to_owned(), "a".to_owned())].into();
    let raw_state = Some(tf::RawState {
        flatmap,
        ..Default::default()
    });
    let request = tf::upgrade_resource_state::Request {
        raw_state,
        ..upgrade(0, &json!({}))
    };
    let answer = ask!(client.upgrade_resource_state(request));
    assert!(told(&answer.diagnostics)[0].starts_with("E: State is too old: "));
}

#[tokio::test]
async fn the_state_of_another_type_is_taken_over_or_refused() {
    let mut client = client(Notes);
    let source = json!({"output": {"value": "Hello there", "type": "string"}});
    let of = |type_name: &str| tf::move_resource_state::Request {
        source_provider_address: "terraform.io/builtin/terraform".to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: raw(&source),
        target_type_name: NAME.to_owned(),
        ..Default::default()
    };
    let answer = ask!(client.move_resource_state(of("terraform_data")));
    assert_eq!(plain(answer.target_state, &ty())["id"], "hello-there");
    let answer = ask!(client.move_resource_state(of("other_thing")));
    let wanted = "E: Move is not supported: `notes_note` cannot take over a `other_thing` of the provider \
                  terraform.io/builtin/terraform. ()";
    assert_eq!(told(&answer.diagnostics), [wanted]);
}
