//! The real `cb-sandbox` with a real function process. This executable plays both parts: started by the sandbox it is the
//! function, started by cargo it is the tests. Hence its own `main`.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod function;
#[cfg(test)]
mod wire;

fn main() {
    match std::env::var("AWS_LAMBDA_RUNTIME_API") {
        Ok(api) => function::run(&api, &std::env::var("MODE").unwrap_or_default()),
        Err(_) => cases::run(),
    }
}
