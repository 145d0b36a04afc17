//! What this server does not have: whole families of calls, and names it never heard.

use super::{client, dynamic, json, provider::Notes, tf, told};
use tfplugin::Type;
use tonic::Code;

#[tokio::test]
async fn families_that_are_not_there_are_unimplemented() {
    let mut client = client!(Notes);
    macro_rules! refused {
        ($($call:ident)*) => { $(
            let status = client.$call(tf::$call::Request::default()).await.map(drop).unwrap_err();
            assert_eq!(status.code(), Code::Unimplemented, stringify!($call));
        )* };
    }
    refused!(
        upgrade_resource_identity generate_resource_config
        validate_ephemeral_resource_config open_ephemeral_resource renew_ephemeral_resource
        close_ephemeral_resource
        list_resource validate_list_resource_config
        validate_action_config plan_action invoke_action
        validate_state_store_config configure_state_store read_state_bytes lock_state unlock_state
        get_states delete_state
    );
    let chunks = tokio_stream::iter([tf::write_state_bytes::RequestChunk::default()]);
    let status = client.write_state_bytes(chunks).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn unknown_names_are_errors() {
    let mut client = client!(Notes);
    let name = || "notes_memo".to_owned();
    let resource = "E: Unknown resource type: This provider has no resource type `notes_memo`: check the name and \
                    the provider's version. ()";
    let data_source = "E: Unknown data source: This provider has no data source `notes_memo`: check the name and \
                       the provider's version. ()";
    macro_rules! refused {
        ($wanted:ident: $($call:ident($field:ident))*) => { $(
            let request = tf::$call::Request { $field: name(), ..Default::default() };
            let answer = client.$call(request).await.unwrap().into_inner();
            assert_eq!(told(&answer.diagnostics), [$wanted], stringify!($call));
        )* };
    }
    refused!(
        resource: validate_resource_config(type_name) upgrade_resource_state(type_name) read_resource(type_name)
        plan_resource_change(type_name) apply_resource_change(type_name) import_resource_state(type_name)
        move_resource_state(target_type_name)
    );
    refused!(data_source: validate_data_resource_config(type_name) read_data_source(type_name));
}

#[tokio::test]
async fn malformed_values_are_errors() {
    let mut client = client!(Notes);
    let broken = Some(tf::DynamicValue {
        msgpack: vec![0x81, 0xa1],
        json: Vec::new(),
    });
    let request = tf::validate_resource_config::Request {
        type_name: "notes_note".to_owned(),
        config: broken,
        client_capabilities: None,
    };
    let answer = client
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    let wanted =
        "E: Malformed value: A value from Terraform could not be read: malformed bytes. ()";
    assert_eq!(told(&answer.diagnostics), [wanted]);
    // A value of another shape than the schema's says where.
    let config = dynamic(
        &json!({"title": 1}),
        &Type::object([("title", Type::Number)]),
    );
    let request = tf::validate_resource_config::Request {
        type_name: "notes_note".to_owned(),
        config,
        client_capabilities: None,
    };
    let answer = client
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert!(
        told(&answer.diagnostics)[0].ends_with("(title)"),
        "{:?}",
        told(&answer.diagnostics)
    );
}
