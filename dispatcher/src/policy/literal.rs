//! Tells names from addresses. A URL may only hold a name: an address has as many spellings as
//! there are parsers (`127.1`, `0x7f.1`, `017700000001`, `2130706433`), and none of them is needed.

/// Whether some resolver or library might take the host for an address: anything in brackets, and
/// any name that ends with a number (the rule of the URL standard, "ends in a number").
pub(super) fn is_address(host: &str) -> bool {
    if host.contains([':', '[', ']', '%']) {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or_default();
    let hex = last
        .strip_prefix("0x")
        .or_else(|| last.strip_prefix("0X"))
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_one() {
        for host in [
            // 127.0.0.1
            "127.0.0.1",
            "127.0.0.1.",
            "127.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7F.0.0.1",
            "0X7f.1",
            "127.0.0.0x1",
            "0177.0.0.1",
            "0177.0.0.01",
            "017700000001",
            "127.0.0x",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            // 169.254.169.254
            "169.254.169.254",
            "169.254.43518",
            "169.16689662",
            "2852039166",
            "0xa9fea9fe",
            "0xa9.0xfe.0xa9.0xfe",
            "0251.0376.0251.0376",
            "025177524776",
            "[fe80::1]",
            "[::ffff:a9fe:a9fe]",
            "[64:ff9b::169.254.169.254]",
            "[fd00:ec2::254]",
            // others
            "0",
            "0.0.0.0",
            "127.0.0.1%00",
            "1.2.3.4.5",
        ] {
            assert!(is_address(host), "{host}");
        }
    }

    #[test]
    fn a_name_is_none() {
        for host in [
            "localhost",
            "localhost.",
            "a.example",
            "127.0.0.1.nip.io",
            "1.a",
            "a1",
            "0xg",
            "1e100.net",
            "xn--jn2ax2s",
        ] {
            assert!(!is_address(host), "{host}");
        }
    }
}
