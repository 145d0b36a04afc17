//! The calls that describe the provider, data sources and functions.

use super::{client, dynamic, json, lookup, plain, provider::Notes, tf, told};
use tempfile::TempDir;
use tfplugin::{DataSource as _, Provider as _, Type};

#[tokio::test]
async fn the_provider_describes_itself() {
    let mut client = client!(Notes);
    let metadata = client
        .get_metadata(tf::get_metadata::Request {})
        .await
        .unwrap()
        .into_inner();
    let capabilities = metadata.server_capabilities.unwrap();
    assert!(
        capabilities.plan_destroy
            && capabilities.get_provider_schema_optional
            && capabilities.move_resource_state
    );
    assert_eq!(metadata.resources[0].type_name, "notes_note");
    assert_eq!(metadata.data_sources[0].type_name, "notes_note");
    assert_eq!(metadata.functions[0].name, "slug");

    let schemas = client
        .get_provider_schema(tf::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(schemas.server_capabilities, Some(capabilities));
    let provider = schemas.provider.unwrap().block.unwrap();
    let key = provider
        .attributes
        .iter()
        .find(|a| a.name == "key")
        .unwrap();
    assert!(key.sensitive && key.optional && !key.required && !key.computed);
    let note = &schemas.resource_schemas["notes_note"];
    assert_eq!(note.version, 1);
    let block = note.block.as_ref().unwrap();
    let attribute = |name: &str| block.attributes.iter().find(|a| a.name == name).unwrap();
    assert_eq!(attribute("tags").r#type, br#"["set","string"]"#);
    assert_eq!(attribute("extra").r#type, br#""dynamic""#);
    let author = attribute("author");
    assert!(
        author.r#type.is_empty(),
        "a nested attribute has no plain type"
    );
    let author = author.nested_type.as_ref().unwrap();
    assert_eq!(
        author.nesting,
        tf::schema::object::NestingMode::Single as i32
    );
    assert!(
        author
            .attributes
            .iter()
            .any(|a| a.name == "email" && a.optional && a.computed)
    );
    let [reminder] = &block.block_types[..] else {
        panic!("{:?}", block.block_types)
    };
    assert_eq!(
        (
            reminder.type_name.as_str(),
            reminder.min_items,
            reminder.max_items
        ),
        ("reminder", 0, 3)
    );
    assert_eq!(
        reminder.nesting,
        tf::schema::nested_block::NestingMode::List as i32
    );
    assert!(schemas.data_source_schemas.contains_key("notes_note"));

    let functions = client
        .get_functions(tf::get_functions::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(functions.functions, schemas.functions);
    let slug = &functions.functions["slug"];
    assert_eq!(slug.r#return.as_ref().unwrap().r#type, br#""string""#);
    assert_eq!(
        (slug.parameters.len(), slug.variadic_parameter.is_some()),
        (1, true)
    );

    let identities = client
        .get_resource_identity_schemas(tf::get_resource_identity_schemas::Request {})
        .await;
    assert_eq!(
        identities.unwrap().into_inner(),
        tf::get_resource_identity_schemas::Response::default()
    );
}

#[tokio::test]
async fn a_note_is_looked_up() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("a.json"), r#"{"title": "A"}"#).unwrap();
    let mut client = client!(Notes);
    let ty = lookup::Lookup.schema().ty();
    let request = |id: &str| tf::read_data_source::Request {
        type_name: "notes_note".to_owned(),
        config: dynamic(&json!({"id": id}), &ty),
        ..Default::default()
    };
    let answer = client
        .read_data_source(request("a"))
        .await
        .unwrap()
        .into_inner();
    let wanted = "E: Provider is not configured: Terraform asked for this before it configured the provider. ()";
    assert_eq!(told(&answer.diagnostics), [wanted]);
    let config = dynamic(&json!({"directory": dir.path()}), &Notes.schema().ty());
    let configure = tf::configure_provider::Request {
        config,
        ..Default::default()
    };
    client.configure_provider(configure).await.unwrap();
    let answer = client
        .read_data_source(request("a"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(answer.state, &ty), json!({"id": "a", "title": "A"}));
    let answer = client
        .read_data_source(request("b"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        told(&answer.diagnostics),
        ["E: There is no such note:  (id)"]
    );

    let config = dynamic(&json!({"id": "?"}), &ty);
    let validate = tf::validate_data_resource_config::Request {
        type_name: "notes_note".to_owned(),
        config,
    };
    let answer = client
        .validate_data_resource_config(validate)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told(&answer.diagnostics), [""; 0]);
}

#[tokio::test]
async fn functions_are_called() {
    let mut client = client!(Notes);
    let call = |name: &str, words: &[&str]| tf::call_function::Request {
        name: name.to_owned(),
        arguments: words
            .iter()
            .filter_map(|word| dynamic(&json!(word), &Type::String))
            .collect(),
    };
    let answer = client
        .call_function(call("slug", &["A b", "C"]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plain(answer.result, &Type::String), "a-b-c");
    let rows: [(&str, &[&str], &str, Option<i64>); 3] = [
        (
            "slug",
            &["a", " "],
            "must not be empty: write a word",
            Some(1),
        ),
        ("slug", &[], "1 arguments wanted", None),
        (
            "shout",
            &["a"],
            "this provider has no function `shout`",
            None,
        ),
    ];
    for (name, words, text, argument) in rows {
        let answer = client
            .call_function(call(name, words))
            .await
            .unwrap()
            .into_inner();
        let wanted = tf::FunctionError {
            text: text.to_owned(),
            function_argument: argument,
        };
        assert_eq!((answer.error, answer.result), (Some(wanted), None));
    }
    let malformed = tf::DynamicValue {
        msgpack: vec![0xc1],
        json: Vec::new(),
    };
    let request = tf::call_function::Request {
        name: "slug".to_owned(),
        arguments: vec![malformed],
    };
    let error = client
        .call_function(request)
        .await
        .unwrap()
        .into_inner()
        .error
        .unwrap();
    assert_eq!(
        (error.text.as_str(), error.function_argument),
        ("malformed bytes", Some(0))
    );
}
