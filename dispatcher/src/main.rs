//! `bootstrap`: the Lambda's entry point. All is made ready before the first event is asked for.

use std::process::ExitCode;

use dispatcher::handle::{Invocation, handle_text};
use dispatcher::start::{exit_code, start};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Ok(caller) = start(&|name| std::env::var(name).ok()).await else {
        return ExitCode::FAILURE; // the log has the reason
    };
    let work = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (caller, deadline) = (caller.clone(), event.context.deadline());
        let call = Invocation::of(deadline, event.context.xray_trace_id.as_deref());
        async move {
            let handled = handle_text(&caller, event.payload.get(), &call).await;
            handled.map_err(|error| Diagnostic {
                error_type: "CallbackFailed".to_owned(),
                error_message: error.to_string(),
            })
        }
    });
    // A task of its own: the future of `main` asks the system for I/O each time it is woken.
    let ended = tokio::spawn(run(work)).await.map_err(Error::from);
    exit_code(ended.and_then(|ended| ended))
}
