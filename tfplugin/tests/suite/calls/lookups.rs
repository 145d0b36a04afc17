//! The calls that describe the provider, data sources and functions.

use super::{ask, client, dynamic, json, plain, tf, told};
use crate::{lookup, provider::Notes};
use tempfile::TempDir;
use tfplugin::{DataSource as _, Provider as _, Type};

#[test]
fn the_example_has_no_mistakes() {
    assert_eq!(tfplugin::check(&Notes), [""; 0]);
}

#[tokio::test]
async fn the_provider_names_what_it_has() {
    let mut client = client(Notes);
    let metadata = ask!(client.get_metadata(tf::get_metadata::Request {}));
    let wanted = tf::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    };
    assert_eq!(metadata.server_capabilities, Some(wanted));
    assert_eq!(metadata.resources[0].type_name, "notes_note");
    assert_eq!(metadata.data_sources[0].type_name, "notes_note");
    assert_eq!(metadata.functions[0].name, "slug");
    let schemas = ask!(client.get_provider_schema(tf::get_provider_schema::Request {}));
    assert_eq!(schemas.server_capabilities, metadata.server_capabilities);
    assert!(schemas.data_source_schemas.contains_key("notes_note"));
    let key = schemas
        .provider
        .unwrap()
        .block
        .unwrap()
        .attributes
        .remove(1);
    assert_eq!(
        (key.name.as_str(), key.sensitive, key.optional),
        ("key", true, true)
    );
    let request = tf::get_resource_identity_schemas::Request {};
    assert_eq!(
        ask!(client.get_resource_identity_schemas(request)),
        Default::default()
    );
}

#[tokio::test]
async fn schemas_carry_types_nesting_and_modes() {
    use tf::schema::{nested_block, object};
    let mut client = client(Notes);
    let mut schemas = ask!(client.get_provider_schema(tf::get_provider_schema::Request {}));
    let note = schemas.resource_schemas.remove("notes_note").unwrap();
    assert_eq!(note.version, 1);
    let block = note.block.unwrap();
    let attribute = |name: &str| block.attributes.iter().find(|a| a.name == name).unwrap();
    assert_eq!(attribute("tags").r#type, br#"["set","string"]"#);
    assert_eq!(attribute("extra").r#type, br#""dynamic""#);
    // A nested attribute has no plain type: Terraform refuses both.
    let author = attribute("author");
    assert!(author.r#type.is_empty());
    let author = author.nested_type.as_ref().unwrap();
    assert_eq!(author.nesting, object::NestingMode::Single as i32);
    let email = author
        .attributes
        .iter()
        .find(|a| a.name == "email")
        .unwrap();
    assert_eq!(
        (email.required, email.optional, email.computed),
        (false, true, true)
    );
    let [reminder] = &block.block_types[..] else {
        panic!("{:?}", block.block_types)
    };
    assert_eq!(reminder.nesting, nested_block::NestingMode::List as i32);
    assert_eq!((reminder.min_items, reminder.max_items), (0, 3));
}

#[tokio::test]
async fn a_note_is_looked_up() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("a.json"), r#"{"title": "A"}"#).unwrap();
    let mut client = client(Notes);
    let ty = lookup::Lookup.schema().ty();
    let request = |id: &str| tf::read_data_source::Request {
        type_name: "notes_note".to_owned(),
        config: dynamic(&json!({"id": id}), &ty),
        ..Default::default()
    };
    let answer = ask!(client.read_data_source(request("a")));
    assert!(told(&answer.diagnostics)[0].starts_with("E: Provider is not configured: "));
    let config = dynamic(&json!({"directory": dir.path()}), &Notes.schema().ty());
    let configure = tf::configure_provider::Request {
        config,
        ..Default::default()
    };
    ask!(client.configure_provider(configure));
    let answer = ask!(client.read_data_source(request("a")));
    assert_eq!(plain(answer.state, &ty), json!({"id": "a", "title": "A"}));
    let answer = ask!(client.read_data_source(request("b")));
    assert_eq!(
        told(&answer.diagnostics),
        ["E: There is no such note:  (id)"]
    );
}

#[tokio::test]
async fn an_unknown_look_up_is_valid() {
    let mut client = client(Notes);
    let request = tf::validate_data_resource_config::Request {
        type_name: "notes_note".to_owned(),
        config: dynamic(&json!({"id": "?"}), &lookup::Lookup.schema().ty()),
    };
    let answer = ask!(client.validate_data_resource_config(request));
    assert_eq!(told(&answer.diagnostics), [""; 0]);
}

#[tokio::test]
async fn functions_have_signatures() {
    let mut client = client(Notes);
    let functions = ask!(client.get_functions(tf::get_functions::Request {})).functions;
    let slug = &functions["slug"];
    assert_eq!(slug.r#return.as_ref().unwrap().r#type, br#""string""#);
    assert_eq!(
        (slug.parameters.len(), slug.variadic_parameter.is_some()),
        (1, true)
    );
    let schemas = ask!(client.get_provider_schema(tf::get_provider_schema::Request {}));
    assert_eq!(schemas.functions, functions);
}

#[tokio::test]
async fn functions_are_called_or_say_which_argument_is_wrong() {
    let mut client = client(Notes);
    let text = |text: &str| dynamic(&json!(text), &Type::String).unwrap();
    let call = |name: &str, arguments: Vec<tf::DynamicValue>| {
        let name = name.to_owned();
        tf::call_function::Request { name, arguments }
    };
    let answer = ask!(client.call_function(call("slug", vec![text("A b"), text("C")])));
    assert_eq!(plain(answer.result, &Type::String), "a-b-c");
    let malformed = tf::DynamicValue {
        msgpack: vec![0xc1],
        json: Vec::new(),
    };
    let rows = [
        (
            "slug",
            vec![text("a"), text(" ")],
            "must not be empty: write a word",
            Some(1),
        ),
        ("slug", vec![malformed], "malformed bytes", Some(0)),
        ("slug", vec![], "1 arguments wanted", None),
        (
            "shout",
            vec![text("a")],
            "this provider has no function `shout`",
            None,
        ),
    ];
    for (name, arguments, text, function_argument) in rows {
        let answer = ask!(client.call_function(call(name, arguments)));
        let wanted = tf::FunctionError {
            text: text.to_owned(),
            function_argument,
        };
        assert_eq!((answer.error, answer.result), (Some(wanted), None));
    }
}
