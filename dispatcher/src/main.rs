//! `bootstrap`: the Lambda's entry point. All is made ready before the first event is asked for.

use std::process::ExitCode;

use dispatcher::handle::{Invocation, handle};
use dispatcher::start::{failed, start};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Ok(caller) = start(&|name| std::env::var(name).ok()).await else {
        return ExitCode::FAILURE; // the log has the reason
    };
    let work = service_fn(async |event: LambdaEvent<serde_json::Value>| {
        let (deadline, trace) = (event.context.deadline(), event.context.xray_trace_id);
        let call = Invocation::of(deadline, trace.as_deref());
        let handled = handle(&caller, &event.payload, &call).await;
        handled.map_err(|error| Diagnostic {
            error_type: "CallbackFailed".to_owned(),
            error_message: error.to_string(),
        })
    });
    if let Err(error) = run(work).await {
        failed("the runtime gave up", &error.to_string());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
