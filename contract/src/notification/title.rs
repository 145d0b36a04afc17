//! Reads the title that Datadog writes: `[Triggered on {bank_code:0001}] Title`. The title is a
//! help, never needed: SNS cuts a Subject at 100 characters, and some senders leave it out.

/// What a title says.
#[derive(Default)]
pub(super) struct Said {
    pub(super) transition: Option<String>,
    pub(super) group: Option<String>,
}

const TEST: &str = "[TEST]";

/// True if the title *begins* with the mark: a monitor may be named `[TEST] x`, and its real alerts
/// read `[Triggered] [TEST] x`.
pub(super) fn is_test(title: &str) -> bool {
    title.trim_start().starts_with(TEST)
}

/// The first bracket that is neither the test mark nor a priority.
pub(super) fn read(title: &str) -> Said {
    let mut rest = title.trim_start();
    rest = rest.strip_prefix(TEST).unwrap_or(rest);
    while let Some((words, behind)) = rest
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        if !is_priority(words) {
            return said(words);
        }
        rest = behind;
    }
    Said::default()
}

/// `P1` to `P5`
fn is_priority(words: &str) -> bool {
    words
        .strip_prefix('P')
        .is_some_and(|level| level.len() == 1 && "12345".contains(level))
}

fn said(words: &str) -> Said {
    let (transition, group) = match words.split_once(" on {") {
        Some((transition, group)) => (transition, group.strip_suffix('}')),
        None => (words, None),
    };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Said {
        transition: some(transition),
        group: group.and_then(some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_words_and_the_group() {
        for (title, transition, group) in [
            ("[Triggered] 銀行エラー率", Some("Triggered"), None),
            ("[No Data] x", Some("No Data"), None),
            ("[P2] [Recovered] x", Some("Recovered"), None),
            (
                "[TEST] [P1] [Warn on {bank_code:0001,env:prod}] x",
                Some("Warn"),
                Some("bank_code:0001,env:prod"),
            ),
            ("[Triggered] [TEST] x", Some("Triggered"), None),
            ("[Triggered on {bank_code:0001", None, None),
            ("x [y]", None, None),
            ("[]", None, None),
            ("", None, None),
        ] {
            let said = read(title);
            assert_eq!(
                (said.transition.as_deref(), said.group.as_deref()),
                (transition, group),
                "{title}"
            );
        }
    }
}
