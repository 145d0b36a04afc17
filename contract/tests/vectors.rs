//! `docs/vectors.json` holds for this crate and for the reference library; every generated service is
//! tested with it, too.

use contract::SigningKeys;
use contract::signature::{Headers, SignatureError};
use serde::Deserialize;
use standardwebhooks::Webhook;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    keys: Vec<String>,
    id: String,
    timestamp: String,
    body: String,
    signature: String,
    now: i64,
    accepted: bool,
    because: Option<String>,
}

const FILE: &str = include_str!("../../docs/vectors.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    vectors: Vec<Vector>,
}

/// None, and a failing test, if the file cannot be read.
fn vectors() -> Vec<Vector> {
    let file: Result<File, _> = serde_json::from_str(FILE);
    file.map(|file| file.vectors).unwrap_or_default()
}

#[test]
fn there_are_some_of_each_kind() {
    let accepted = vectors().iter().filter(|vector| vector.accepted).count();
    assert!(accepted > 5 && vectors().len() - accepted > 5);
}

#[test]
fn each_is_accepted_or_refused_as_it_says() {
    for vector in vectors() {
        let Vector {
            name,
            id,
            timestamp,
            signature,
            ..
        } = &vector;
        let keys = SigningKeys::parse(&vector.keys.join(",")).unwrap();
        let headers = Headers {
            id,
            timestamp,
            signature,
        };
        let because = match keys.verify(headers, vector.body.as_bytes(), vector.now) {
            Ok(()) => None,
            Err(SignatureError::Mismatch) => Some("signature".to_owned()),
            Err(_) => Some("timestamp".to_owned()),
        };
        assert_eq!(because, vector.because, "{name}");
        assert_eq!(because.is_none(), vector.accepted, "{name}");
    }
}

/// What is accepted is what this crate writes with the receiver's keys: among others, while the
/// sender has more of them.
#[test]
fn what_is_accepted_is_what_is_signed() {
    for vector in vectors().iter().filter(|vector| vector.accepted) {
        let sent_s = vector.timestamp.parse().unwrap();
        let signs = |key: &String| {
            let keys = SigningKeys::parse(key).unwrap();
            let signed = keys
                .sign(&vector.id, sent_s, vector.body.as_bytes())
                .unwrap();
            vector.signature.split(' ').any(|given| given == signed)
        };
        assert!(vector.keys.iter().any(signs), "{}", vector.name);
    }
}

/// The reference library reads the time from the system, so it is asked only for the signature.
#[test]
fn the_reference_library_agrees() {
    let timely = |vector: &Vector| vector.because.as_deref() != Some("timestamp");
    for vector in vectors().into_iter().filter(timely) {
        let sent_s = vector.timestamp.parse().unwrap();
        let genuine = |key: &String| {
            let key = Webhook::new(key).unwrap();
            let signed = key
                .sign(&vector.id, sent_s, vector.body.as_bytes())
                .unwrap();
            vector.signature.split(' ').any(|given| given == signed)
        };
        let found = vector.keys.iter().any(genuine);
        assert_eq!(found, vector.accepted, "{}", vector.name);
    }
}
