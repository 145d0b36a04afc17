//! Entry point of `cb-sandbox`: reads the flags and hands over; nothing else lives here.

use clap::Parser;
use sandbox::{app, cli::Args};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    Ok(app::run(Args::parse()).await?)
}
