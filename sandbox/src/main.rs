//! Entry point of `cb-sandbox`: reads the flags and hands over; nothing else lives here.

use clap::Parser;
use sandbox::{cli::Args, commands};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    Ok(commands::run(Args::parse()).await?)
}
