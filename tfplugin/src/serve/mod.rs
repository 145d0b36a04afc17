//! A provider as a process: go-plugin's handshake with Terraform on stdout, then gRPC
//! over a unix socket until Terraform says stop. Nothing else is written to stdout.

mod listen;
mod companions;
mod tls;
mod socket;
mod handshake;

use crate::{
    log::{self, Level},
    proto::{
        plugin::{
            grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
            grpc_stdio_server::GrpcStdioServer,
        },
        tfplugin6::provider_server::ProviderServer,
    },
    provider::{Provider, check},
    server::{Rpc, Server},
};
use companions::Companions;
use handshake::{HandshakeError, Mode, Terms};
use socket::Socket;
use std::{io, io::Write, process::ExitCode, sync::Arc, time::Duration};
use tls::{Tls, TlsError};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The largest message either side may send: state and schemas grow large. In bytes.
const MAX_MESSAGE: usize = 256 << 20;

/// How long running operations may take to end once the process is told to stop.
/// Terraform itself waits two seconds before it kills.
const GRACE: Duration = Duration::from_secs(10);

/// Why a provider could not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error("the provider contradicts itself:\n{}", .0.join("\n"))]
    Inconsistent(Vec<String>),
    #[error("cannot listen on a unix socket: {0}")]
    Socket(#[source] io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot tell Terraform where to connect: {0}")]
    Announce(#[source] io::Error),
    #[error("serving failed: {0}")]
    Grpc(#[from] tonic::transport::Error),
    #[error("cannot start: {0}")]
    Runtime(#[source] io::Error),
}

/// Runs a provider; `main` returns what this returns. `address` is its full source
/// address: `registry.terraform.io/NAMESPACE/NAME`.
///
/// Terraform starts the process with a magic cookie in its environment. Started by hand
/// it says what it is and exits with 1; with `-debug` it serves for a debugger and
/// prints the `TF_REATTACH_PROVIDERS` to give to Terraform.
pub fn run(address: &str, provider: impl Provider) -> ExitCode {
    let debug = std::env::args()
        .skip(1)
        .any(|argument| argument == "-debug" || argument == "--debug");
    match start(address, provider, debug) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Read by a human, or by Terraform, which shows it as the reason.
            drop(writeln!(io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn start(address: &str, provider: impl Provider, debug: bool) -> Result<(), ServeError> {
    let mode = if debug { Mode::Debug } else { Mode::Plugin };
    let terms = Terms::read(mode, |name| std::env::var(name).ok())?;
    let problems = check(&provider);
    if !problems.is_empty() {
        return Err(ServeError::Inconsistent(problems));
    }
    std::panic::set_hook(Box::new(log_panic));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime
        .map_err(ServeError::Runtime)?
        .block_on(serve(address, provider, terms))
}

/// Says where a panic was, and not its text, which may hold secrets.
fn log_panic(info: &std::panic::PanicHookInfo<'_>) {
    let place = info
        .location()
        .map_or_else(String::new, ToString::to_string);
    log::write(
        Level::Error,
        "the provider panicked: this is a bug in the provider",
        &[("at", &place)],
    );
}

async fn serve(address: &str, provider: impl Provider, terms: Terms) -> Result<(), ServeError> {
    let socket = Socket::bind(terms.socket_dir.as_deref())
        .map(Arc::new)
        .map_err(ServeError::Socket)?;
    let tls = tls(&terms)?;
    let line = match terms.mode {
        Mode::Plugin => handshake::line(socket.path(), tls.as_ref().map(Tls::certificate)),
        Mode::Debug => handshake::reattach(address, socket.path()),
    };
    let stop = CancellationToken::new();
    let server = Arc::new(Server::new(provider));
    let mode = terms.mode;
    tokio::spawn(watch_signals(mode, stop.clone()));
    announce(&line).map_err(ServeError::Announce)?;
    let connections = listen::connections(socket.clone(), tls);
    let companions = Companions(stop.clone());
    let grpc = tonic::transport::Server::builder()
        .add_service(GrpcControllerServer::new(companions.clone()))
        .add_service(GrpcStdioServer::new(companions.clone()))
        .add_service(GrpcBrokerServer::new(companions))
        .add_service(
            ProviderServer::new(Rpc(server.clone()))
                .max_decoding_message_size(MAX_MESSAGE)
                .max_encoding_message_size(MAX_MESSAGE),
        )
        .serve_with_incoming_shutdown(connections, stop.clone().cancelled_owned());
    let give_up = async {
        stop.cancelled().await;
        server.stop();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = grpc => Ok(outcome?),
        () = give_up => Ok(()),
    }
}

/// TLS on Terraform's terms; none when it is switched off there, or while debugging.
fn tls(terms: &Terms) -> Result<Option<Tls>, TlsError> {
    if terms.mode == Mode::Plugin && terms.client_certificate.is_none() {
        let message = "serving without TLS, as Terraform asks: is `TF_DISABLE_PLUGIN_TLS` set?";
        log::write(Level::Warn, message, &[]);
    }
    terms
        .client_certificate
        .as_deref()
        .map(Tls::new)
        .transpose()
}

/// Writes the one line that may stand on stdout.
fn announce(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// SIGTERM ends the process in good order. An interrupt reaches the whole process group
/// of the terminal; Terraform handles it and calls StopProvider, so a plugin must
/// outlive it. Only a debug process, which nobody else stops, ends by it.
async fn watch_signals(mode: Mode, stop: CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return log::write(Level::Warn, "cannot watch signals", &[]);
    };
    loop {
        tokio::select! {
            _ = interrupt.recv() => if mode == Mode::Debug { break },
            _ = terminate.recv() => break,
        }
    }
    stop.cancel();
}
