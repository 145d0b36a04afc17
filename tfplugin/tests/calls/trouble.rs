//! Hooks that fail in every way there is: by error, by panic, by waiting for ever, and
//! by handing back what Terraform must not see.

use super::{client, dynamic, json, plain, tf, told};
use serde_json::Value as Json;
use std::sync::Arc;
use tfplugin::{
    Attr, Attribute, Cx, Diagnostic, Diagnostics, Function, FunctionError, Parts, Path, Provider,
    Resource, Schema, Signature, Type, Value, async_trait,
};
use tokio::sync::Notify;

const NAME: &str = "trouble_maker";

tfplugin::model! {
    /// What to do.
    struct Maker {
        how: Attr<String>,
        id: Attr<String>,
    }
}

/// The provider; `waiting` says that a hook has begun to wait.
#[derive(Clone, Default)]
struct Trouble {
    waiting: Arc<Notify>,
}

#[async_trait]
impl Provider for Trouble {
    type Config = ();
    type Client = ();

    fn schema(&self) -> Schema {
        Schema::new("Makes trouble.")
    }

    fn parts(&self) -> Parts<()> {
        Parts::new().resource(self.clone()).function(Panics)
    }

    async fn configure(&self, _: &mut Cx<()>, (): ()) -> Result<(), Diagnostics> {
        panic!("hunter2")
    }
}

struct Panics;

impl Function for Panics {
    fn signature(&self) -> Signature {
        Signature::new("panics", Type::String)
    }

    fn call(&self, _: tfplugin::Arguments) -> Result<Value, FunctionError> {
        panic!("hunter2")
    }
}

#[async_trait]
impl Resource for Trouble {
    type Client = ();
    type Model = Maker;

    fn name(&self) -> &str {
        NAME
    }

    fn schema(&self) -> Schema {
        Schema::new("Makes trouble.").attributes([
            Attribute::string("how").required(),
            Attribute::string("id").computed().use_state_for_unknown(),
        ])
    }

    async fn modify_plan(
        &self,
        cx: &mut Cx<()>,
        config: &Maker,
        _: Option<&Maker>,
        planned: &mut Maker,
    ) -> Result<(), Diagnostics> {
        match config.how.as_str() {
            Some("plan another value") => planned.how = "another".into(),
            Some("replace") => cx.require_replace(Path::to("how")),
            Some("refuse") => return Err(Diagnostic::error("Refused").at(Path::to("how")).into()),
            Some("panic") => panic!("hunter2"),
            _ => {}
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Cx<()>, planned: Maker) -> Result<Maker, Diagnostics> {
        let how = planned.how.as_str().unwrap_or_default().to_owned();
        if how != "fail before" {
            cx.save(Maker {
                id: Attr::Known("1".to_owned()),
                ..planned.clone()
            });
        }
        match how.as_str() {
            "panic" => panic!("hunter2"),
            "wait" => {
                self.waiting.notify_one();
                cx.or_cancelled(std::future::pending::<()>()).await?;
                Ok(planned)
            }
            "leave unknown" => Ok(planned),
            "warn" => {
                cx.report(Diagnostic::warning("Careful"));
                Ok(Maker {
                    id: "2".into(),
                    ..planned
                })
            }
            _ => Err(Diagnostic::error("Failed").detail("By intent.").into()),
        }
    }

    async fn read(&self, _: &mut Cx<()>, _: Maker) -> Result<Option<Maker>, Diagnostics> {
        panic!("hunter2")
    }

    async fn update(
        &self,
        cx: &mut Cx<()>,
        _: Maker,
        planned: Maker,
    ) -> Result<Maker, Diagnostics> {
        if planned.how.as_str() == Some("half") {
            cx.save(planned);
        }
        Err(Diagnostic::error("Failed").into())
    }

    async fn delete(&self, _: &mut Cx<()>, _: Maker) -> Result<(), Diagnostics> {
        Err(Diagnostic::error("Still in use").into())
    }
}

fn ty() -> Type {
    Resource::schema(&Trouble::default()).ty()
}

fn apply(prior: &Json, planned: &Json) -> tf::apply_resource_change::Request {
    tf::apply_resource_change::Request {
        type_name: NAME.to_owned(),
        prior_state: dynamic(prior, &ty()),
        planned_state: dynamic(planned, &ty()),
        config: dynamic(planned, &ty()),
        ..Default::default()
    }
}

fn crashed(call: &str, about: &str) -> String {
    format!(
        "E: Provider crashed: The provider panicked in {call} of `{about}`. This is a bug in the provider; its log \
         (TF_LOG=error) says where. ()"
    )
}

#[tokio::test]
async fn a_failed_apply_leaves_what_exists_by_then() {
    let mut client = client!(Trouble::default());
    let prior = json!({"how": "before", "id": "1"});
    let create = |how: &str| (Json::Null, json!({"how": how, "id": "?"}));
    let update = |how: &str| (prior.clone(), json!({"how": how, "id": "1"}));
    let made = |how: &str, id: &str| json!({"how": how, "id": id});
    let unknown = "E: Provider left a value unknown: This is a bug in the provider: the object exists, and \
                   everything about it must be known. (id)";
    let rows = [
        (
            create("fail before"),
            Json::Null,
            "E: Failed: By intent. ()".to_owned(),
        ),
        (
            create("fail after"),
            made("fail after", "1"),
            "E: Failed: By intent. ()".to_owned(),
        ),
        (
            create("panic"),
            made("panic", "1"),
            crashed("ApplyResourceChange", NAME),
        ),
        (
            create("leave unknown"),
            json!({"how": "leave unknown", "id": null}),
            unknown.to_owned(),
        ),
        (
            create("warn"),
            made("warn", "2"),
            "W: Careful:  ()".to_owned(),
        ),
        (
            update("half"),
            made("half", "1"),
            "E: Failed:  ()".to_owned(),
        ),
        (
            update("not at all"),
            prior.clone(),
            "E: Failed:  ()".to_owned(),
        ),
        (
            (prior.clone(), Json::Null),
            prior.clone(),
            "E: Still in use:  ()".to_owned(),
        ),
    ];
    for ((prior, planned), state, diagnostic) in rows {
        let answer = client
            .apply_resource_change(apply(&prior, &planned))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(told(&answer.diagnostics), [diagnostic], "{planned}");
        assert_eq!(plain(answer.new_state, &ty()), state, "{planned}");
    }
}

#[tokio::test]
async fn plans_are_refused_replaced_or_crash() {
    let mut client = client!(Trouble::default());
    let prior = json!({"how": "before", "id": "1"});
    let rows = [
        (
            "plan another value",
            "E: Provider planned another value than configured: This is a bug in the provider: a \
          value that is set must be planned as it is. (how)"
                .to_owned(),
            0,
        ),
        ("replace", String::new(), 1),
        ("refuse", "E: Refused:  (how)".to_owned(), 0),
        ("panic", crashed("PlanResourceChange", NAME), 0),
    ];
    for (how, diagnostic, replaced) in rows {
        let proposed = json!({"how": how, "id": "1"});
        let request = tf::plan_resource_change::Request {
            type_name: NAME.to_owned(),
            config: dynamic(&json!({"how": how}), &ty()),
            prior_state: dynamic(&prior, &ty()),
            proposed_new_state: dynamic(&proposed, &ty()),
            ..Default::default()
        };
        let answer = client
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(told(&answer.diagnostics).join("\n"), diagnostic, "{how}");
        assert_eq!(answer.requires_replace.len(), replaced, "{how}");
    }
}

#[tokio::test]
async fn a_panic_is_an_error_that_tells_no_secret() {
    let mut client = client!(Trouble::default());
    let state = dynamic(&json!({"how": "x", "id": "1"}), &ty());
    let request = tf::read_resource::Request {
        type_name: NAME.to_owned(),
        current_state: state.clone(),
        ..Default::default()
    };
    let answer = client.read_resource(request).await.unwrap().into_inner();
    assert_eq!(
        (told(&answer.diagnostics), answer.new_state),
        (vec![crashed("ReadResource", NAME)], state)
    );
    let answer = client
        .configure_provider(tf::configure_provider::Request::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        told(&answer.diagnostics),
        [crashed("ConfigureProvider", "provider")]
    );
    let request = tf::call_function::Request {
        name: "panics".to_owned(),
        arguments: Vec::new(),
    };
    let error = client
        .call_function(request)
        .await
        .unwrap()
        .into_inner()
        .error
        .unwrap();
    assert_eq!(
        error.text,
        "the provider panicked in `panics`: this is a bug in the provider"
    );
}

#[tokio::test]
async fn stop_cancels_what_runs_and_nothing_later() {
    let provider = Trouble::default();
    let mut client = client!(provider.clone());
    let mut running = client.clone();
    let wait = || apply(&Json::Null, &json!({"how": "wait", "id": "?"}));
    for _ in 0..2 {
        let operation = tokio::spawn({
            let (mut running, request) = (running.clone(), wait());
            async move { running.apply_resource_change(request).await }
        });
        provider.waiting.notified().await;
        let stopped = client
            .stop_provider(tf::stop_provider::Request {})
            .await
            .unwrap()
            .into_inner();
        assert_eq!(stopped.error, "");
        let answer = operation.await.unwrap().unwrap().into_inner();
        let wanted =
            "E: Interrupted: The operation was given up because Terraform was interrupted. ()";
        assert_eq!(told(&answer.diagnostics), [wanted]);
        // What was made before the interruption is not lost.
        assert_eq!(plain(answer.new_state, &ty())["id"], "1");
    }
    let later = apply(&Json::Null, &json!({"how": "warn", "id": "?"}));
    let answer = running
        .apply_resource_change(later)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told(&answer.diagnostics), ["W: Careful:  ()"]);
}
