//! The life of a note, call by call.

use super::{client, dynamic, json, note, place, plain, provider::Notes, raw, tf, told};
use serde_json::Value as Json;
use tempfile::TempDir;
use tfplugin::{Provider as _, Resource as _, Type};

const NAME: &str = "notes_note";

fn ty() -> Type {
    note::Note.schema().ty()
}

/// The client of a provider that is configured with a fresh directory.
macro_rules! configured {
    ($client:ident, $dir:ident) => {
        let $dir = TempDir::new().unwrap();
        let mut $client = client!(Notes);
        let config = json!({"directory": $dir.path(), "key": "k"});
        let answer = $client.configure_provider(configure(&config)).await.unwrap().into_inner();
        assert_eq!(told(&answer.diagnostics), [""; 0]);
    };
}

fn configure(config: &Json) -> tf::configure_provider::Request {
    let config = dynamic(config, &Notes.schema().ty());
    tf::configure_provider::Request {
        config,
        terraform_version: "1.11.4".to_owned(),
        client_capabilities: None,
    }
}

fn a_note(title: &str) -> Json {
    json!({"title": title, "reminder": []})
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

fn apply(prior: &Json, planned: &Json) -> tf::apply_resource_change::Request {
    tf::apply_resource_change::Request {
        type_name: NAME.to_owned(),
        prior_state: dynamic(prior, &ty()),
        planned_state: dynamic(planned, &ty()),
        config: dynamic(planned, &ty()),
        planned_private: b"mine".to_vec(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_provider_block_is_checked_and_configured() {
    let mut client = client!(Notes);
    let ty = Notes.schema().ty();
    let config = dynamic(&json!({"directory": " "}), &ty);
    let request = tf::validate_provider_config::Request { config };
    let answer = client
        .validate_provider_config(request)
        .await
        .unwrap()
        .into_inner();
    let wanted = ["E: Invalid value: directory: must not be empty. (directory)"];
    assert_eq!(told(&answer.diagnostics), wanted);
    let answer = client
        .configure_provider(configure(&json!({"directory": "/x"})))
        .await
        .unwrap();
    let wanted = ["W: No key: Notes are kept in the open. (key)"];
    assert_eq!(told(&answer.into_inner().diagnostics), wanted);
    let answer = client
        .configure_provider(configure(&json!({"directory": "?", "key": "?"})))
        .await
        .unwrap();
    assert_eq!(told(&answer.into_inner().diagnostics), [""; 0]);
}

#[tokio::test]
async fn a_note_is_planned_made_changed_and_deleted() {
    configured!(client, dir);
    // Create: the text is known at plan time, id and revision are not.
    let config = a_note("Hello");
    let request = plan(&config, &Json::Null, &config);
    let planned = client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (
            told(&planned.diagnostics).len(),
            &planned.planned_private[..]
        ),
        (0, &b"mine"[..])
    );
    assert!(!planned.legacy_type_system);
    let wanted = json!({
        "id": "?", "title": "Hello", "kind": "plain", "weight": null, "tags": null, "author": null,
        "extra": null, "text": "Hello", "revision": "?", "reminder": [],
    });
    assert_eq!(plain(planned.planned_state.clone(), &ty()), wanted);
    let mut request = apply(&Json::Null, &Json::Null);
    request.planned_state = planned.planned_state;
    let made = client
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (told(&made.diagnostics).len(), &made.private[..]),
        (0, &b"created"[..])
    );
    let state = plain(made.new_state, &ty());
    assert_eq!(
        (&state["id"], &state["revision"]),
        (&json!("hello"), &json!(1))
    );

    // A second plan asks for nothing.
    let same = client
        .plan_resource_change(plan(&config, &state, &state))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(same.planned_state, &ty()), state);

    // A change keeps the id; another kind replaces.
    let (mut config, mut proposed) = (a_note("Bye"), state.clone());
    proposed["title"] = json!("Bye");
    let update = client
        .plan_resource_change(plan(&config, &state, &proposed))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(update.requires_replace, []);
    let planned = plain(update.planned_state.clone(), &ty());
    assert_eq!(
        (&planned["id"], &planned["revision"]),
        (&json!("hello"), &json!("?"))
    );
    config["kind"] = json!("md");
    proposed["kind"] = json!("md");
    let replace = client
        .plan_resource_change(plan(&config, &state, &proposed))
        .await
        .unwrap()
        .into_inner();
    let paths: Vec<String> = replace
        .requires_replace
        .iter()
        .map(|path| place(Some(path)))
        .collect();
    assert_eq!(paths, ["kind"]);
    let mut request = apply(&state, &Json::Null);
    request.planned_state = update.planned_state;
    let changed = client
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    let state = plain(changed.new_state, &ty());
    assert_eq!(
        (&state["text"], &state["revision"]),
        (&json!("Bye"), &json!(2))
    );

    let gone = client
        .apply_resource_change(apply(&state, &Json::Null))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(gone.new_state, &ty()), Json::Null);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn drift_in_what_is_computed_is_an_update() {
    configured!(client, _dir);
    let config = a_note("Hello");
    let state = json!({
        "id": "hello", "title": "Hello", "kind": "plain", "text": "changed by hand", "revision": 4, "reminder": [],
    });
    let mended = client
        .plan_resource_change(plan(&config, &state, &state))
        .await
        .unwrap()
        .into_inner();
    let planned = plain(mended.planned_state, &ty());
    // The update will count the revision up, so it cannot be planned as it was.
    let found = (&planned["id"], &planned["text"], &planned["revision"]);
    assert_eq!(found, (&json!("hello"), &json!("Hello"), &json!("?")));
}

#[tokio::test]
async fn a_plan_to_destroy_may_warn() {
    configured!(client, _dir);
    let state = json!({"id": "a", "title": "A", "kind": "markdown", "reminder": []});
    let request = plan(&Json::Null, &state, &Json::Null);
    let answer = client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(answer.planned_state, &ty()), Json::Null);
    assert_eq!(
        told(&answer.diagnostics),
        ["W: A long note is destroyed:  (kind)"]
    );
}

#[tokio::test]
async fn configurations_are_checked() {
    let mut client = client!(Notes);
    let config = json!({
        "title": "?", "kind": "odd", "tags": ["x", ""], "author": "?",
        "reminder": [{"at": "?"}, {"at": "soon"}],
    });
    let config = json!({"title": config["title"], "kind": "odd", "tags": ["x", ""], "reminder": config["reminder"]});
    let request = tf::validate_resource_config::Request {
        type_name: NAME.to_owned(),
        config: dynamic(&config, &ty()),
        client_capabilities: None,
    };
    let answer = client
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    let wanted = [
        "E: Invalid value: kind: `odd` is none of the allowed values: use one of `plain`, `md`, `markdown`. (kind)",
        // The protocol has no step into a set.
        "E: Invalid value: tags[*]: must not be empty. (tags)",
        "E: Invalid time: Write HH:MM. (reminder[1].at)",
    ];
    assert_eq!(told(&answer.diagnostics), wanted);
}

#[tokio::test]
async fn what_exists_is_read_and_what_is_gone_is_null() {
    configured!(client, dir);
    let kept = json!({"id": "a", "title": "A", "kind": "markdown", "weight": 0.1, "reminder": []});
    std::fs::write(dir.path().join("a.json"), kept.to_string()).unwrap();
    let read = |state: &Json| tf::read_resource::Request {
        type_name: NAME.to_owned(),
        current_state: dynamic(state, &ty()),
        private: b"mine".to_vec(),
        ..Default::default()
    };
    // The same kind in another spelling stays as the state has it.
    let state = json!({"id": "a", "title": "old", "kind": "md", "reminder": []});
    let found = client
        .read_resource(read(&state))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(found.private, b"mine");
    let found = plain(found.new_state, &ty());
    assert_eq!(
        (&found["kind"], &found["title"]),
        (&json!("md"), &json!("A"))
    );
    assert_eq!(found["weight"].to_string(), "0.1");
    let gone = client
        .read_resource(read(&json!({"id": "b", "reminder": []})))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(gone.new_state, &ty()), Json::Null);
    // What cannot be read stays as it was.
    std::fs::write(dir.path().join("a.json"), "{").unwrap();
    let failed = client
        .read_resource(read(&state))
        .await
        .unwrap()
        .into_inner();
    assert!(told(&failed.diagnostics)[0].starts_with("E: Cannot read the note: Note `a`"));
    assert_eq!(failed.new_state, dynamic(&state, &ty()));
}

#[tokio::test]
async fn state_is_imported_upgraded_and_moved() {
    configured!(client, _dir);
    let request = tf::import_resource_state::Request {
        type_name: NAME.to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let answer = client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    let [imported] = &answer.imported_resources[..] else {
        panic!("{answer:?}")
    };
    assert_eq!(imported.type_name, NAME);
    assert_eq!(plain(imported.state.clone(), &ty())["id"], "a");

    let upgrade = |version, state: &Json| tf::upgrade_resource_state::Request {
        type_name: NAME.to_owned(),
        version,
        raw_state: raw(state),
    };
    for (version, old) in [
        (0, json!({"name": "A", "reminder": []})),
        (1, json!({"title": "A", "more": 1})),
    ] {
        let answer = client
            .upgrade_resource_state(upgrade(version, &old))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(plain(answer.upgraded_state, &ty())["title"], "A");
    }
    let answer = client
        .upgrade_resource_state(upgrade(2, &json!({})))
        .await
        .unwrap()
        .into_inner();
    assert!(told(&answer.diagnostics)[0].starts_with("E: State is newer than the provider: "));
    let flat = tf::RawState {
        flatmap: [("id".to_owned(), "a".to_owned())].into(),
        ..Default::default()
    };
    let request = tf::upgrade_resource_state::Request {
        raw_state: Some(flat),
        ..upgrade(0, &json!({}))
    };
    let answer = client
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert!(told(&answer.diagnostics)[0].starts_with("E: State is too old: "));

    let of = |type_name: &str, state: &Json| tf::move_resource_state::Request {
        source_provider_address: "terraform.io/builtin/terraform".to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: raw(state),
        target_type_name: NAME.to_owned(),
        ..Default::default()
    };
    let source = json!({"output": {"value": "Hello there", "type": "string"}});
    let answer = client
        .move_resource_state(of("terraform_data", &source))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(answer.target_state, &ty())["id"], "hello-there");
    let answer = client
        .move_resource_state(of("other_thing", &source))
        .await
        .unwrap()
        .into_inner();
    let wanted = "E: Move is not supported: `notes_note` cannot take over a `other_thing` of the provider \
                  terraform.io/builtin/terraform. ()";
    assert_eq!(told(&answer.diagnostics), [wanted]);
}
