//! `bootstrap`: the Lambda's entry point. All is made ready before the first event is asked for.

use std::process::ExitCode;
use std::sync::Arc;

use dispatcher::handle::{Invocation, handle};
use dispatcher::start::{failed, start};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Ok(caller) = start(&|name| std::env::var(name).ok()).await else {
        return ExitCode::FAILURE; // the log has the reason
    };
    let work = service_fn(move |event: LambdaEvent<serde_json::Value>| {
        let caller = Arc::clone(&caller);
        async move {
            let (deadline, trace) = (event.context.deadline(), event.context.xray_trace_id);
            let call = Invocation::of(deadline, trace.as_deref());
            let handled = handle(&caller, &event.payload, &call).await;
            handled.map_err(|error| Diagnostic {
                error_type: "CallbackFailed".to_owned(),
                error_message: error.to_string(),
            })
        }
    });
    // A task of its own: the future of `main` asks the system for events of I/O each time it is woken.
    let why = match tokio::spawn(run(work)).await {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    failed("the runtime gave up", &why);
    ExitCode::FAILURE
}
