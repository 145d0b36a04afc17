//! The sentence Datadog refuses a parameter with.

/// What is said of a parameter whose value does not fit.
pub(crate) fn invalid(key: &str) -> String {
    format!("The value provided for parameter '{key}' is invalid")
}
