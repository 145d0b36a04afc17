//! Turns a panic of a hook into an error for the user, so that one broken resource does
//! not take the others down. The panic's own text is not passed on: it may hold secrets.

use crate::diagnostic::{Diagnostic, Diagnostics};
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// Runs the hook of a call about something, such as `("ReadResource", "example_thing")`.
pub(super) async fn guard<T>(
    call: &str,
    about: &str,
    hook: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let mut hook = pin!(hook);
    // A hook that panicked is never polled again, and what it borrowed is either
    // dropped or made to be read half done (`Cx::save`).
    let outcome = poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| hook.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(outcome)) => Poll::Ready(Some(outcome)),
            Err(_) => Poll::Ready(None),
        },
    );
    outcome
        .await
        .unwrap_or_else(|| Err(crashed(call, about).into()))
}

/// The same for a function, which does not wait.
pub(super) fn guard_now<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn crashed(call: &str, about: &str) -> Diagnostic {
    Diagnostic::error("Provider crashed").detail(format!(
        "The provider panicked in {call} of `{about}`. This is a bug in the provider; its log (TF_LOG=error) says where."
    ))
}
