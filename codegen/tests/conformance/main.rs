//! The conformance suite put to use: every language's scaffold with every store keeps every promise, and a service that breaks one is
//! caught by the case that says so. Slow, because it builds and starts services: it runs when `CB_VERIFY=1`, as `make conformance` does.

mod matrix;
mod mutants;
mod service;

use std::io;

use codegen::lang::LANGUAGES;
use codegen::templates::Templates;

use matrix::Matrix;
use service::{STORES, Service};

fn asked_for() -> bool {
    let asked = std::env::var_os("CB_VERIFY").is_some_and(|value| value == "1");
    if !asked {
        println!("left to the stage `conformance` of `make test` (CB_VERIFY=1)");
    }
    asked
}

#[test]
fn every_language_keeps_every_promise_with_every_store() -> io::Result<()> {
    if !asked_for() {
        return Ok(());
    }
    let templates = Templates::embedded();
    let ready = |name: &str| templates.of(name).is_some();
    let mut matrix = Matrix::default();
    for language in LANGUAGES.iter().filter(|language| ready(language.name)) {
        let service = Service::scaffold(language, "verify")?;
        service.build()?;
        for store in STORES {
            println!("verifying {} with store {store}", language.name);
            let report = service.verify(store, &[])?;
            matrix.add(&format!("{} {store}", language.name), &report);
        }
    }
    println!("{matrix}");
    assert!(matrix.failures().is_empty(), "{}", matrix.failures());
    Ok(())
}
