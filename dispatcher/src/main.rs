//! `bootstrap`: the Lambda's entry point. The settings and the client are made before the first
//! event is asked for; everything else is in the library.

use dispatcher::handle::{handle, start};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let caller = start(&|name| std::env::var(name).ok())?;
    run(service_fn(|event: LambdaEvent<Value>| {
        let caller = caller.clone();
        async move {
            handle(&caller, &event.payload)
                .await
                .map_err(|error| Diagnostic {
                    error_type: "CallbackFailed".to_owned(),
                    error_message: error.to_string(),
                })
        }
    }))
    .await
}
