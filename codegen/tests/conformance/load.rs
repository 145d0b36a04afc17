//! The load of `make bench-codegen`, short: two instances over one Redis lose no update.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codegen::lang::LANGUAGES;
use codegen::templates::Templates;
use codegen::verify::{Ground, Load, Store, load};

use super::asked_for;
use super::service::Service;
use super::tools;

#[test]
fn no_language_loses_an_update_under_load() -> io::Result<()> {
    if std::env::var_os("CB_LOAD").is_none_or(|value| value != "1") {
        println!(
            "left to `make proof` (CB_LOAD=1): what a busy machine answers in time says little"
        );
        return Ok(());
    }
    let Some(_turn) = asked_for() else {
        return Ok(());
    };
    let templates = Templates::embedded();
    let ready = |name: &str| templates.of(name).is_some();
    for language in LANGUAGES.iter().filter(|language| ready(language.name)) {
        let build = language.build.iter().map(|command| command[0]);
        if tools::missing(build.chain(["redis-server"])) {
            continue;
        }
        let service = Service::scaffold(language)?;
        service.build()?;
        let weighed = load(&five_seconds(service.start())).map_err(io::Error::other)?;
        println!("{:<12}{weighed}", language.name);
        assert_eq!(weighed.lost, [""; 0], "{}", language.name);
        // A busy machine may be answered 503 and be served later; nothing else is an answer to a good callback.
        let known = |status: &u16| [200, 503].contains(status);
        assert!(weighed.answers.keys().all(known), "{weighed}");
        assert_eq!(weighed.sent(), 1000, "every callback was sent");
    }
    Ok(())
}

fn five_seconds(start: String) -> Load {
    let ground = Ground {
        service: codegen::verify::Service::Start(start),
        name: "funds".to_owned(),
        store: Store::Redis,
        redis_url: None,
        datadog_listen: None,
        redis_listen: None,
        patience: Duration::from_secs(60),
        now_s: || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
        },
    };
    Load {
        ground,
        rate: 200,
        seconds: 5,
        monitors: 10,
        groups: 20,
    }
}
