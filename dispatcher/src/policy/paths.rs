//! The list of paths that may be called. Paths are compared as written: nothing is decoded, since
//! no two servers decode alike.

use std::str::FromStr;

/// The endpoint of every generated service.
const DEFAULT: &str = "/dd_circuit_breaker/callback";

/// Patterns of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exactly(String),
    /// Everything below; the text ends with `/`.
    Below(String),
}

/// An entry of the list that is none of its forms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no path; write `/PATH` or `/PATH/*` (`/*` for all), separated by commas")]
pub struct BadPath(pub String);

impl Default for Paths {
    fn default() -> Paths {
        Paths(vec![Pattern::Exactly(DEFAULT.to_owned())])
    }
}

impl Paths {
    /// Whether a pattern covers the path of a URL.
    pub(super) fn allow(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| match pattern {
            Pattern::Exactly(only) => path == only,
            Pattern::Below(start) => path.starts_with(start.as_str()) && stays_below(path),
        })
    }
}

/// False for a path that a server might take for one further up: dots, and slashes in disguise.
fn stays_below(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let climbs = |segment: &str| matches!(segment.replace("%2e", ".").as_str(), "." | "..");
    let disguised = ["%2f", "%5c", "%25", "%00", "//", ";"];
    !path.split('/').any(climbs) && !disguised.iter().any(|part| path.contains(part))
}

/// An empty list is the default: it never means all.
impl FromStr for Paths {
    type Err = BadPath;

    fn from_str(list: &str) -> Result<Paths, BadPath> {
        let given = list
            .split(',')
            .map(str::trim)
            .filter(|path| !path.is_empty());
        let patterns = given
            .map(|path| parse(path).ok_or_else(|| BadPath(path.to_owned())))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(if patterns.is_empty() {
            Paths::default()
        } else {
            Paths(patterns)
        })
    }
}

fn parse(path: &str) -> Option<Pattern> {
    let (start, below) = match path.strip_suffix('*') {
        Some(start) => (start, true),
        None => (path, false),
    };
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'?' | b'#');
    let sound = start.starts_with('/') && start.bytes().all(plain);
    match below {
        _ if !sound => None,
        true => {
            (start.ends_with('/') && stays_below(start)).then(|| Pattern::Below(start.to_owned()))
        }
        false => Some(Pattern::Exactly(start.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_its_paths_and_no_others() {
        for (list, path, covered) in [
            ("", DEFAULT, true),
            (" , ", DEFAULT, true),
            ("", "/dd_circuit_breaker/callback/", false),
            ("", "/dd_circuit_breaker", false),
            ("", "/DD_circuit_breaker/callback", false),
            ("", "/dd_circuit_breaker/./callback", false),
            ("", "/dd_circuit_breaker%2Fcallback", false),
            ("", "/", false),
            ("/a", DEFAULT, false),
            ("/a, /b", "/b", true),
            ("/a/*", "/a/b/c", true),
            ("/a/*", "/a/", true),
            ("/a/*", "/a", false),
            ("/a/*", "/ab", false),
            ("/a/*", "/a/../b", false),
            ("/a/*", "/a/%2E%2e/b", false),
            ("/a/*", "/a/.%2e", false),
            ("/a/*", "/a/..%2fb", false),
            ("/a/*", "/a/b%5c..", false),
            ("/a/*", "/a/%252e%252e/b", false),
            ("/a/*", "/a//b", false),
            ("/a/*", "/a/..;/b", false),
            ("/a/*", "/a/...", true),
            ("/*", "/anything", true),
        ] {
            let paths: Paths = list.parse().unwrap();
            assert_eq!(paths.allow(path), covered, "{list} {path}");
        }
    }

    #[test]
    fn an_odd_pattern_is_refused() {
        for list in [
            "a", "*", "/a*", "/a/*/b", "/a?x", "/a#x", "/a b", "/ä", "/a/../*",
        ] {
            let error = list.parse::<Paths>().expect_err(list).to_string();
            assert!(error.contains(&format!("`{list}`")), "{error}");
        }
    }
}
