//! Which monitor `terraform import` means. Everything but the id is then read like any other state.

use tfplugin::{Diagnostic, Value};

/// The state to begin with.
///
/// # Errors
/// Anything but the number that stands in a monitor's URL.
pub(crate) fn start(id: &str) -> Result<Value, Diagnostic> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let detail = format!(
            "`{id}` is no id of a Datadog monitor: use the number that follows `/monitors/` in its address"
        );
        return Err(Diagnostic::error("Invalid monitor id").detail(detail));
    }
    Ok(Value::object([("id", id)]))
}

#[cfg(test)]
mod tests {
    use super::start;

    #[test]
    fn only_numbers_are_ids() {
        assert_eq!(
            start("1234567").unwrap().get("id").as_str(),
            Some("1234567")
        );
        for wrong in [
            "",
            "12a",
            "../user",
            "https://app.datadoghq.com/monitors/12",
            "-1",
            "1 2",
        ] {
            assert!(start(wrong).is_err(), "{wrong}");
        }
    }
}
