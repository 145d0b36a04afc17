//! Packed request bodies, as agents send their points.

use std::io::Read;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use flate2::read::{GzDecoder, ZlibDecoder};

/// A body unpacks to so many bytes at most; what comes after is cut, and is then no JSON any more.
const LIMIT: u64 = 32 << 20;

/// The plain body, if the headers say that it is packed and it is; the headers then say so no more.
pub(crate) fn unpack(headers: &mut HeaderMap, body: Bytes) -> Bytes {
    let mut plain = Vec::new();
    let read = match headers
        .get(CONTENT_ENCODING)
        .map(|encoding| encoding.as_bytes())
    {
        Some(b"gzip") => GzDecoder::new(body.as_ref())
            .take(LIMIT)
            .read_to_end(&mut plain),
        Some(b"deflate") => ZlibDecoder::new(body.as_ref())
            .take(LIMIT)
            .read_to_end(&mut plain),
        _ => return body,
    };
    if read.is_err() {
        return body;
    }
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    plain.into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn unpacked(encoding: &str, body: Vec<u8>) -> (Bytes, bool) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        (
            unpack(&mut headers, body.into()),
            headers.contains_key(CONTENT_ENCODING),
        )
    }

    #[test]
    fn bodies_are_unpacked_by_their_encoding_and_others_are_left() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"points").unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"points").unwrap();
        let (gzip, zlib) = (gzip.finish().unwrap(), zlib.finish().unwrap());
        let plain = (Bytes::from("points"), false);
        assert_eq!(
            [unpacked("gzip", gzip), unpacked("deflate", zlib)],
            [plain.clone(), plain]
        );
        for encoding in ["gzip", "deflate", "zstd1", "identity"] {
            assert_eq!(
                unpacked(encoding, b"points".to_vec()),
                (Bytes::from("points"), true),
                "{encoding}"
            );
        }
    }
}
