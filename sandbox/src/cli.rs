//! The flags of `cb-sandbox`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::hub::Settings;

/// A Datadog, an SNS and a Lambda on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(name = "cb-sandbox", version)]
pub struct Args {
    /// Port to listen on; 0 takes a free one. The first line of standard output names it.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The function to deliver to: an executable that speaks Lambda's Runtime API. Without it, deliveries wait for
    /// whoever asks the Runtime API for them.
    #[arg(long, value_name = "PATH")]
    pub bootstrap: Option<PathBuf>,
    /// A setting of the function's environment; may be given again.
    #[arg(long = "lambda-env", value_name = "KEY=VALUE", value_parser = key_value)]
    pub lambda_env: Vec<(String, String)>,
    /// Seconds of wall time that an invocation may take.
    #[arg(long, default_value_t = 30.0, value_parser = positive)]
    pub lambda_timeout: f64,
    /// Virtual seconds per second; drives Lambda's retries and nothing else.
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub speed: f64,
    /// The Datadog API key that is let in.
    #[arg(long, default_value = "sandbox-api-key")]
    pub api_key: String,
    /// The Datadog application key that is let in.
    #[arg(long, default_value = "sandbox-app-key")]
    pub app_key: String,
    /// Decides the ids: the same seed and the same requests give the same ids.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// End when standard input does, so that nothing outlives whoever started the sandbox.
    #[arg(long)]
    pub exit_with_stdin: bool,
}

impl Args {
    /// The part that the sandbox itself needs.
    pub fn settings(&self) -> Settings {
        Settings {
            api_key: self.api_key.clone(),
            app_key: self.app_key.clone(),
            speed: self.speed,
            seed: self.seed,
            timeout: Duration::from_secs_f64(self.lambda_timeout),
        }
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`: write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// A finite number above zero that also fits a duration.
fn positive(text: &str) -> Result<f64, String> {
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| *number > 0.0 && *number <= 1e9);
    number.ok_or_else(|| format!("`{text}` is no number above 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_with_equal_signs_are_cut_at_the_first() {
        assert_eq!(key_value("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert!(key_value("A").is_err());
    }

    #[test]
    fn speeds_are_above_zero() {
        assert_eq!(positive("0.5"), Ok(0.5));
        assert!(
            ["0", "-1", "nan", "inf", "x"]
                .into_iter()
                .all(|text| positive(text).is_err())
        );
    }
}
