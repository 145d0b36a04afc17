//! Names that the user chooses and other systems must accept: of an SNS topic, and of a breaker.

/// The prefix that makes a topic's name a handle.
pub(crate) const SNS: &str = "@sns-";

/// What SNS takes (docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html).
const MAX_TOPIC: usize = 256;
/// A Datadog tag has at most 200 characters, its key included (docs.datadoghq.com/getting_started/tagging).
const MAX_BREAKER: usize = 100;

/// Whether `name` can stand behind `@sns-`.
///
/// # Errors
/// A sentence with the remedy.
pub(crate) fn check_topic(name: &str) -> Result<(), String> {
    if let Some(rest) = name.strip_prefix(SNS) {
        return Err(format!(
            "`{name}` is a handle: write the name alone, `{rest}`"
        ));
    }
    if name.starts_with("arn:") {
        let rest = name.rsplit(':').next().unwrap_or_default();
        return Err(format!(
            "`{name}` is an ARN: write the topic's name alone, `{rest}`"
        ));
    }
    if name.ends_with(".fifo") {
        return Err(format!(
            "`{name}` is a FIFO topic, which cannot lead to a Lambda function: use a standard topic"
        ));
    }
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > MAX_TOPIC || !name.chars().all(valid) {
        return Err(format!(
            "`{name}` is no topic name: use 1 to {MAX_TOPIC} letters, digits, `-` and `_`"
        ));
    }
    Ok(())
}

/// Whether `name` survives as the value of a Datadog tag.
///
/// # Errors
/// A sentence with the remedy.
pub(crate) fn check_breaker(name: &str) -> Result<(), String> {
    let valid = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '/')
    };
    if name.is_empty() || name.len() > MAX_BREAKER || !name.chars().all(valid) {
        return Err(format!(
            "`{name}` is no breaker name: use 1 to {MAX_BREAKER} lower-case letters, digits, `-`, `_`, `.` and `/`, \
             which a Datadog tag keeps as they are"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_names_are_answered_with_the_right_ones() {
        assert_eq!(check_topic("dd-circuit-breaker"), Ok(()));
        let cases = [
            ("@sns-topic", "`topic`"),
            ("arn:aws:sns:eu-west-1:123456789012:topic", "`topic`"),
            ("topic.fifo", "standard topic"),
            ("", "no topic name"),
            ("a topic", "no topic name"),
        ];
        for (name, remedy) in cases {
            let error = check_topic(name).unwrap_err();
            assert!(error.contains(remedy), "{error}");
        }
        assert_eq!(check_breaker("bank"), Ok(()));
        assert!(check_breaker("Bank code").is_err());
    }
}
