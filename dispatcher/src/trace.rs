//! The trace that a notification belongs to, in AWS's form and in W3C's. Only well-formed values
//! pass: what stands here becomes a header.

use serde_json::Value;

/// W3C's header.
pub const HEADER_W3C: &str = "traceparent";
/// AWS's header.
pub const HEADER_AWS: &str = "x-amzn-trace-id";

/// What is passed on; each part only if it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// `00-TRACE-PARENT-FLAGS`
    pub traceparent: Option<String>,
    /// `Root=1-…;Parent=…;Sampled=…`
    pub aws: Option<String>,
}

impl Trace {
    /// Of an invocation, by the X-Ray header that Lambda hands over.
    pub fn of_invocation(header: Option<&str>) -> Trace {
        Trace::new(None, header)
    }

    /// By the message attribute `traceparent` that a publisher may set.
    pub(crate) fn of_sns(sns: &Value) -> Trace {
        let attribute = sns.pointer("/MessageAttributes/traceparent/Value");
        Trace::new(attribute.and_then(Value::as_str), None)
    }

    /// By an SQS message as Lambda hands it over.
    pub(crate) fn of_queue(message: &Value) -> Trace {
        let text = |path| message.pointer(path).and_then(Value::as_str);
        Trace::new(
            text("/messageAttributes/traceparent/stringValue"),
            text("/attributes/AWSTraceHeader"),
        )
    }

    fn new(traceparent: Option<&str>, aws: Option<&str>) -> Trace {
        let own = |text: &str| text.to_owned();
        Trace {
            traceparent: traceparent.filter(|text| is_traceparent(text)).map(own),
            aws: aws.filter(|text| is_aws(text)).map(own),
        }
    }

    /// Takes from `other` what is not known here.
    pub(crate) fn or(self, other: Trace) -> Trace {
        Trace {
            traceparent: self.traceparent.or(other.traceparent),
            aws: self.aws.or(other.aws),
        }
    }

    /// The headers to send. A `traceparent` that nobody gave is written from AWS's.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let derived = || self.aws.as_deref().and_then(translate);
        let traceparent = self.traceparent.clone().or_else(derived);
        let traceparent = traceparent.map(|value| (HEADER_W3C, value));
        let aws = self.aws.clone().map(|value| (HEADER_AWS, value));
        [traceparent, aws].into_iter().flatten()
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    let hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.bytes().all(hex) && text.bytes().any(|byte| byte != b'0')
}

/// Version 00 of <https://www.w3.org/TR/trace-context/>; later versions begin with the same parts.
fn is_traceparent(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    match parts[..] {
        ["00", trace, parent, flags] => {
            let flags = flags.len() == 2 && flags.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex(trace, 32) && is_hex(parent, 16) && flags
        }
        _ => false,
    }
}

/// The longest header that X-Ray writes has about 100 characters.
const MAX_AWS: usize = 256;

fn is_aws(text: &str) -> bool {
    text.len() <= MAX_AWS
        && text.starts_with("Root=1-")
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `Root=1-SSSSSSSS-RRRRRRRRRRRRRRRRRRRRRRRR;Parent=PPPPPPPPPPPPPPPP;Sampled=1`
fn translate(aws: &str) -> Option<String> {
    let field = |name| aws.split(';').find_map(|field| field.strip_prefix(name));
    let trace = field("Root=1-")?.replace('-', "");
    let parent = field("Parent=")?;
    let flags = if field("Sampled=") == Some("1") {
        "01"
    } else {
        "00"
    };
    let made = format!("00-{trace}-{parent}-{flags}");
    is_traceparent(&made).then_some(made)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const W3C: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const AWS: &str =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0";

    fn sent(trace: Trace) -> Vec<(&'static str, String)> {
        trace.headers().collect()
    }

    #[test]
    fn both_headers_are_sent_and_the_message_s_own_wins() {
        let derived = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        let invocation = Trace::of_invocation(Some(AWS));
        assert_eq!(
            sent(invocation.clone()),
            [(HEADER_W3C, derived.into()), (HEADER_AWS, AWS.into())]
        );
        let own = Trace::of_sns(&json!({"MessageAttributes": {"traceparent": {"Value": W3C}}}));
        assert_eq!(
            sent(own.or(invocation)),
            [(HEADER_W3C, W3C.into()), (HEADER_AWS, AWS.into())]
        );
        let queued = json!({"attributes": {"AWSTraceHeader": AWS}});
        assert_eq!(Trace::of_queue(&queued).aws.as_deref(), Some(AWS));
        let unsampled = AWS.replace("Sampled=1", "Sampled=0");
        assert!(
            sent(Trace::of_invocation(Some(&unsampled)))[0]
                .1
                .ends_with("-00")
        );
    }

    #[test]
    fn nothing_malformed_becomes_a_header() {
        for odd in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y",
        ] {
            assert_eq!(Trace::new(Some(odd), None), Trace::default(), "{odd}");
        }
        for odd in [
            "",
            "Parent=1",
            "Root=1-a\r\nx: y",
            &format!("Root=1-{}", "a".repeat(300)),
        ] {
            assert_eq!(Trace::new(None, Some(odd)), Trace::default(), "{odd}");
        }
        assert_eq!(
            sent(Trace::new(None, Some("Root=1-a"))),
            [(HEADER_AWS, "Root=1-a".into())]
        );
    }
}
