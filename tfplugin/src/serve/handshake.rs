//! The terms on which go-plugin starts a process, read from the environment, and the
//! line that answers them. No I/O here.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::json;
use std::path::{Path, PathBuf};

const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The version of go-plugin's own protocol.
const CORE_VERSION: u32 = 1;

/// The version of Terraform's plugin protocol.
const VERSION: u32 = 6;

/// Who started the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Terraform.
    Plugin,
    /// A developer, who will point Terraform here.
    Debug,
}

/// What Terraform asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) mode: Mode,
    pub(super) socket_dir: Option<PathBuf>,
    /// The only certificate that may connect, as PEM. None when Terraform's TLS is
    /// switched off.
    pub(super) client_certificate: Option<String>,
}

/// Why there is nothing to agree on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HandshakeError {
    #[error(
        "this is a Terraform provider, which Terraform starts by itself.\n\
         Name it under `required_providers` in a configuration and run `terraform init`.\n\
         To debug it, start it with `-debug` and give Terraform the line that it prints."
    )]
    ByHand,
    #[error(
        "Terraform speaks plugin protocol `{0}`, this provider speaks `{VERSION}`: use Terraform 1.0 or newer"
    )]
    Version(String),
}

impl Terms {
    /// Reads the terms from the environment.
    pub(super) fn read(
        mode: Mode,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, HandshakeError> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        if mode == Mode::Debug {
            return Ok(Self {
                mode,
                socket_dir: None,
                client_certificate: None,
            });
        }
        if env(COOKIE.0).as_deref() != Some(COOKIE.1) {
            return Err(HandshakeError::ByHand);
        }
        if let Some(versions) = env("PLUGIN_PROTOCOL_VERSIONS")
            && !versions
                .split(',')
                .any(|version| version.trim().parse() == Ok(VERSION))
        {
            return Err(HandshakeError::Version(versions));
        }
        Ok(Self {
            mode,
            socket_dir: env("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            client_certificate: env("PLUGIN_CLIENT_CERT"),
        })
    }
}

/// The answer to Terraform: versions, address, and the certificate (DER) to expect.
pub(super) fn line(socket: &Path, certificate: Option<&[u8]>) -> String {
    let certificate = certificate
        .map(|der| STANDARD_NO_PAD.encode(der))
        .unwrap_or_default();
    format!(
        "{CORE_VERSION}|{VERSION}|unix|{}|grpc|{certificate}",
        socket.display()
    )
}

/// The line for a developer: the environment under which Terraform finds this process.
pub(super) fn reattach(address: &str, socket: &Path) -> String {
    let config = json!({address: {
        "Protocol": "grpc",
        "ProtocolVersion": VERSION,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": {"Network": "unix", "String": socket.to_string_lossy()},
    }});
    format!("TF_REATTACH_PROVIDERS='{config}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mode: Mode, env: &[(&str, &str)]) -> Result<Terms, HandshakeError> {
        Terms::read(mode, |name| {
            env.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn terms_are_read_or_refused() {
        let plain = Terms {
            mode: Mode::Plugin,
            socket_dir: None,
            client_certificate: None,
        };
        assert_eq!(read(Mode::Plugin, &[COOKIE]), Ok(plain));
        let full = [
            COOKIE,
            ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ("PLUGIN_UNIX_SOCKET_DIR", "/tmp/x"),
            ("PLUGIN_CLIENT_CERT", "PEM"),
        ];
        let wanted = Terms {
            mode: Mode::Plugin,
            socket_dir: Some("/tmp/x".into()),
            client_certificate: Some("PEM".to_owned()),
        };
        assert_eq!(read(Mode::Plugin, &full), Ok(wanted));
        let old = [COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "4,5")];
        assert_eq!(
            read(Mode::Plugin, &old),
            Err(HandshakeError::Version("4,5".to_owned()))
        );
        assert_eq!(read(Mode::Plugin, &[]), Err(HandshakeError::ByHand));
        assert_eq!(
            read(Mode::Plugin, &[(COOKIE.0, "x")]),
            Err(HandshakeError::ByHand)
        );
        assert!(read(Mode::Debug, &[]).is_ok());
    }

    #[test]
    fn lines_have_the_form_of_go_plugin() {
        let path = Path::new("/tmp/a b");
        assert_eq!(
            line(path, Some(&[1, 2, 3, 4])),
            "1|6|unix|/tmp/a b|grpc|AQIDBA"
        );
        assert_eq!(line(path, None), "1|6|unix|/tmp/a b|grpc|");
        let text = reattach("registry.terraform.io/a/b", path);
        let json = text
            .strip_prefix("TF_REATTACH_PROVIDERS='")
            .and_then(|rest| rest.strip_suffix('\''))
            .unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(
            json["registry.terraform.io/a/b"]["Addr"]["String"],
            "/tmp/a b"
        );
    }
}
