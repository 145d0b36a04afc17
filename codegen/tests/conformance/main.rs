//! The conformance suite put to use: every language's scaffold with every store keeps every promise, and a service that breaks one is
//! caught by the case that says so. Slow, because it builds and starts services: it runs when `CB_VERIFY=1`, as `make conformance` does.

mod matrix;
mod mutants;
mod service;
mod tools;

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use codegen::lang::LANGUAGES;
use codegen::templates::Templates;

use matrix::Matrix;
use service::{STORES, Service};

/// The turn of a test that builds, since all build in the same folders; none if it was not asked for.
fn asked_for() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    if std::env::var_os("CB_VERIFY").is_none_or(|value| value != "1") {
        println!("left to the stage `conformance` of `make test` (CB_VERIFY=1)");
        return None;
    }
    Some(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn every_language_keeps_every_promise_with_every_store() -> io::Result<()> {
    let Some(_turn) = asked_for() else {
        return Ok(());
    };
    let templates = Templates::embedded();
    let ready = |name: &str| templates.of(name).is_some();
    let mut matrix = Matrix::default();
    for language in LANGUAGES.iter().filter(|language| ready(language.name)) {
        if tools::missing(language.build.iter().map(|command| command[0])) {
            continue;
        }
        let service = Service::scaffold(language)?;
        service.build()?;
        for store in STORES {
            if store == "redis" && tools::missing(["redis-server"]) {
                continue;
            }
            println!("verifying {} with store {store}", language.name);
            let report = service.verify(store, &[])?;
            matrix.add(&format!("{} {store}", language.name), &report);
        }
    }
    println!("{matrix}");
    assert!(matrix.failures().is_empty(), "{}", matrix.failures());
    Ok(())
}
