//! Counts the bytes and items that the readers look at, so that tests can show that reading is
//! linear without a wall clock. Outside tests it does nothing.

/// Notes that `amount` bytes or items were looked at.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn spend(_amount: usize) {}

#[cfg(test)]
thread_local! {
    static SPENT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
pub(crate) fn spend(amount: usize) {
    SPENT.with(|spent| spent.set(spent.get() + amount));
}

#[cfg(test)]
mod tests {
    use super::SPENT;
    use crate::{Message, Notification};

    fn cost(run: impl FnOnce()) -> usize {
        SPENT.with(|spent| spent.set(0));
        run();
        SPENT.with(|spent| spent.get())
    }

    /// Fragments that once repeated provoke rescans in a careless reader.
    const HOSTILE: [&str; 22] = [
        "{{",
        "{{{",
        "{{{{a}}}}",
        "{{!--",
        "{{! x",
        "}}",
        "{{#is_alert}}",
        "{{/is_alert}}",
        "{{else}}",
        "{{#is_alert}}\n{{/is_alert}}\n",
        "{{{{a}}}} {{{{/b}}}}",
        "circuit-breaker-callback: https://a.example/\n",
        "{{#is_alert}}circuit-breaker-callback: https://a.example/{{/is_alert}}\n",
        "@a\n",
        "@a ",
        "://",
        "http://",
        "(https://x/monitors/1?group=a%3Ab",
        "https://x/monitors/1?group=%3A&event_id=1 ",
        "Test notification triggered by x\n",
        "\r\n",
        "a",
    ];

    #[test]
    fn twice_the_input_costs_about_twice_the_work() {
        for fragment in HOSTILE {
            let small = fragment.repeat(4_000);
            let large = fragment.repeat(8_000);
            for read in [
                (|text: &str| drop(Message::parse(text))) as fn(&str),
                |text: &str| drop(Notification::read(text, Some("[Triggered] x"))),
            ] {
                let (one, two) = (cost(|| read(&small)), cost(|| read(&large)));
                assert!(one >= small.len(), "`{fragment}` was not even read once");
                assert!(
                    two <= 2 * one + 64,
                    "`{fragment}`: {one} steps became {two}"
                );
                assert!(one <= 12 * small.len(), "`{fragment}`: {one} steps");
            }
        }
    }

    #[test]
    fn the_measure_tells_a_quadratic_reader_apart() {
        let rescan = |text: &str| (0..text.len()).for_each(|at| super::spend(text.len() - at));
        let (one, two) = (
            cost(|| rescan(&"a".repeat(100))),
            cost(|| rescan(&"a".repeat(200))),
        );
        assert!(two > 3 * one);
    }
}
