//! One metric in a query: `agg:metric{scope} by {tags}[.as_count()|.as_rate()][.rollup(method, seconds)]`, and which series are
//! its own.

use std::collections::BTreeSet;

use super::query::Fold;

/// What a count or a rate is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it was sent.
    Plain,
    Count,
    Rate,
}

/// A metric, as a query wants it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    /// How the series of a group become one.
    pub(super) space: Fold,
    pub(super) metric: String,
    /// All must fit a series.
    scope: Vec<Term>,
    /// Keys of tags; empty for a simple alert.
    pub(super) by: Vec<String>,
    pub(super) reading: Reading,
    pub(super) rollup: Option<Rollup>,
}

/// How the points of one series become one, and in which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rollup {
    pub(super) fold: Fold,
    /// None: as long as without a rollup.
    pub(super) bucket_ms: Option<u64>,
}

/// A tag that must be there, or with `!` must not; `*` stands for any text.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    wanted: bool,
    pattern: String,
}

impl Source {
    /// Reads one at the beginning of a text; gives it and the rest. None if there is no such thing.
    pub(super) fn take(text: &str) -> Option<(Self, &str)> {
        let (space, rest) = text.split_once(':')?;
        let (metric, rest) = rest.split_once('{')?;
        let (scope, rest) = rest.split_once('}')?;
        let (by, rest) = grouping(rest)?;
        let (reading, rest) = reading(rest);
        let (rollup, rest) = rollup(rest)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let metric = metric.trim();
        if metric.is_empty() || !metric.chars().all(plain) {
            return None;
        }
        let source = Self {
            space: Fold::named(space.trim())?,
            metric: metric.to_owned(),
            scope: terms(scope)?,
            by,
            reading,
            rollup,
        };
        Some((source, rest))
    }

    /// The group of a series with these tags; none if the source does not speak of it.
    pub(super) fn group(&self, tags: &BTreeSet<String>) -> Option<String> {
        let fits = |term: &Term| tags.iter().any(|tag| like(&term.pattern, tag)) == term.wanted;
        if !self.scope.iter().all(fits) {
            return None;
        }
        if self.by.is_empty() {
            return Some("*".to_owned());
        }
        let is_of = |tag: &str, key: &str| tag.split_once(':').is_some_and(|(own, _)| own == key);
        let of_key = |key: &String| tags.iter().find(|tag| is_of(tag, key));
        let found: Option<Vec<&str>> = self
            .by
            .iter()
            .map(|key| of_key(key).map(String::as_str))
            .collect();
        Some(found?.join(","))
    }
}

/// ` by {a,b}` and what follows it.
fn grouping(text: &str) -> Option<(Vec<String>, &str)> {
    let Some(after) = text.trim_start().strip_prefix("by") else {
        return Some((Vec::new(), text));
    };
    let (inside, after) = after.trim_start().strip_prefix('{')?.split_once('}')?;
    let keys = inside
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty());
    Some((keys.map(str::to_owned).collect(), after))
}

fn reading(text: &str) -> (Reading, &str) {
    let known = [
        (".as_count()", Reading::Count),
        (".as_rate()", Reading::Rate),
    ];
    let found = known
        .into_iter()
        .find_map(|(word, reading)| Some((reading, text.strip_prefix(word)?)));
    found.unwrap_or((Reading::Plain, text))
}

/// `.rollup(sum, 60)` or `.rollup(sum)`, if it is there; none if it is of another form.
fn rollup(text: &str) -> Option<(Option<Rollup>, &str)> {
    let Some(after) = text.strip_prefix(".rollup(") else {
        return Some((None, text));
    };
    let (inside, after) = after.split_once(')')?;
    let (fold, seconds) = match inside.split_once(',') {
        Some((fold, seconds)) => (fold, Some(seconds.trim().parse::<u64>().ok()?)),
        None => (inside, None),
    };
    let bucket_ms = match seconds {
        Some(0) => return None,
        Some(seconds) => Some(seconds.checked_mul(1000)?),
        None => None,
    };
    let fold = Fold::named(fold.trim())?;
    Some((Some(Rollup { fold, bucket_ms }), after))
}

/// Tags with commas or `AND` between them. Other words of the query language are refused.
fn terms(scope: &str) -> Option<Vec<Term>> {
    let scope = scope.replace(" AND ", ",").replace(" and ", ",");
    let mut terms = Vec::new();
    for part in scope
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty() && *part != "*")
    {
        let (wanted, pattern) = part
            .strip_prefix('!')
            .map_or((true, part), |rest| (false, rest.trim()));
        if pattern.contains([' ', '(', ')', '$']) {
            return None;
        }
        terms.push(Term {
            wanted,
            pattern: pattern.to_owned(),
        });
    }
    Some(terms)
}

/// Whether the text is the pattern, where `*` stands for any text.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts
                .filter_map(|at| rest.get(at..))
                .any(|rest| like(tail, rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_read_and_the_rest_is_left() {
        let (source, rest) = Source::take(
            "sum:bank.errors{env:prod,!bank_code:9*} by {bank_code,env}.as_count() / 2",
        )
        .unwrap();
        assert_eq!(
            (source.space, source.metric.as_str(), rest),
            (Fold::Sum, "bank.errors", " / 2")
        );
        assert_eq!(
            (source.reading, source.by.len(), source.scope.len()),
            (Reading::Count, 2, 2)
        );
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["p99:a{*}", "avg:a{a:1 OR a:2}", "avg:a", "avg:a b{*}", "2"] {
            assert!(Source::take(text).is_none(), "{text}");
        }
    }

    /// Scope, grouping, tags of a series, and its group.
    const GROUPS: [(&str, &str, &str, Option<&str>); 10] = [
        ("*", "", "a:1", Some("*")),
        ("a:1", "", "a:1 b:2", Some("*")),
        ("a:1", "", "a:10", None),
        ("a:1*", "", "a:10", Some("*")),
        ("a:*0", " by {a}", "a:10", Some("a:10")),
        ("!a:1", "", "a:1", None),
        ("!a:1", "", "a:2", Some("*")),
        ("a:1 AND b:2", "", "a:1", None),
        ("*", " by {b,a}", "a:1 b:2 c:3", Some("b:2,a:1")),
        ("*", " by {b}", "a:1", None),
    ];

    #[test]
    fn a_series_belongs_to_one_group_or_to_none() {
        for (scope, by, tags, expected) in GROUPS {
            let text = format!("avg:x{{{scope}}}{by}");
            let (source, _) = Source::take(&text).unwrap();
            let tags = tags.split(' ').map(str::to_owned).collect();
            assert_eq!(source.group(&tags).as_deref(), expected, "{scope}{by}");
        }
    }
}
