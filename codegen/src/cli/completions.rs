//! `cb-gen completions`: a script for a shell, made from the command line's own description.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Cli, World, print};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "Examples:
  cb-gen completions bash > ~/.local/share/bash-completion/completions/cb-gen
  cb-gen completions zsh > ~/.zfunc/_cb-gen        with ~/.zfunc in fpath
  cb-gen completions fish > ~/.config/fish/completions/cb-gen.fish";

impl Completions {
    pub(super) fn run(self, world: &mut World<'_>) -> u8 {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "cb-gen", &mut script);
        print(world.stdout, &String::from_utf8_lossy(&script));
        0
    }
}
