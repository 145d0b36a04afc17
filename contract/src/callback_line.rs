//! The callback line, as written into a message and as found in a notification. This is the only
//! place in the project that spells the keyword.

/// The word that opens a callback line: `KEYWORD: URL`.
pub const KEYWORD: &str = "circuit-breaker-callback";

/// Writes the line for `url`, without a newline.
pub(crate) fn write(url: &str) -> String {
    format!("{KEYWORD}: {url}")
}

/// Reads the URL of a callback line. Blanks may stand before the keyword and around the colon's
/// right side; what follows the URL is not looked at. A line without a URL is no callback line.
pub(crate) fn read(line: &str) -> Option<&str> {
    words(line).next()
}

/// Like [`read`], but the line must hold nothing else: a message must not lose what stands behind.
pub(crate) fn read_whole(line: &str) -> Option<&str> {
    let mut words = words(line);
    let url = words.next()?;
    words.next().is_none().then_some(url)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.trim_start()
        .strip_prefix(KEYWORD)
        .and_then(|rest| rest.strip_prefix(':'))
        .unwrap_or_default()
        .split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote_and_nothing_in_mid_line() {
        let url = "https://funds.example.com/cb";
        assert_eq!(read(&write(url)), Some(url));
        assert_eq!(read(&format!("  {KEYWORD}:{url} and more")), Some(url));
        assert_eq!(read_whole(&format!("{} and more", write(url))), None);
        for line in [
            format!("see {}", write(url)),
            format!("{KEYWORD}:  "),
            format!("{KEYWORD} {url}"),
            format!("{KEYWORD}s: {url}"),
        ] {
            assert_eq!(read(&line), None, "{line}");
        }
    }
}
