//! Which command does what.

use crate::app::{self, RunError};
use crate::cli::{Args, Command};
use crate::compare::{self, CompareError};
use crate::hub::Settings;
use crate::replay::{self, ReplayError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The sandbox cannot be served.
    #[error(transparent)]
    Serve(#[from] RunError),
    /// Recordings cannot be compared, or do not agree.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// A run cannot be played again, or came out differently.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// Does what the flags say.
pub async fn run(args: Args) -> Result<(), CommandError> {
    match args.command {
        None => {
            let listener = app::listen(([127, 0, 0, 1], args.port).into(), &args.options).await?;
            println!("cb-sandbox listening on {}", app::url(&listener)?);
            let settings = args.options.settings(Settings::default());
            app::serve(listener, settings, &args.options).await?;
        }
        Some(Command::Serve(asked)) => {
            let listener = app::listen(asked.addr, &asked.options).await?;
            println!("{}", app::url(&listener)?);
            let settings = asked.options.settings(Settings::open());
            app::serve(listener, settings, &asked.options).await?;
        }
        Some(Command::Compare(asked)) => compare::run(&asked).await?,
        Some(Command::Replay(asked)) => replay::run(&asked).await?,
    }
    Ok(())
}
