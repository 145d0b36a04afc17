//! Puts the parts together: one router, one listener, the function's process, and an orderly end.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::cli::Args;
use crate::hub::Hub;
use crate::{control, datadog, lambda, serve};

const ROUTES: &str = include_str!("routes.txt");

/// Why the sandbox cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The port is taken, or may not be used.
    #[error(
        "cannot listen on 127.0.0.1:{port}: {source}; choose another --port, or 0 for a free one"
    )]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no such executable.
    #[error("`{0}` is no file: build the dispatcher and name its `bootstrap`")]
    NoBootstrap(PathBuf),
    /// Serving, or listening for signals, failed.
    #[error("the server failed: {0}")]
    Serve(#[from] std::io::Error),
}

/// Every route of the sandbox.
pub fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/", get(|| async { ROUTES }))
        .merge(control::routes())
        .merge(datadog::routes(&hub))
        .merge(lambda::routes())
        .with_state(hub)
}

/// Runs until SIGTERM, SIGINT or, if asked, the end of standard input.
pub async fn run(args: Args) -> Result<(), RunError> {
    if let Some(path) = args.bootstrap.as_ref().filter(|path| !path.is_file()) {
        return Err(RunError::NoBootstrap(path.clone()));
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| RunError::Listen {
            port: args.port,
            source,
        })?;
    let address = listener.local_addr()?;
    println!("cb-sandbox listening on http://{address}");

    let hub = Arc::new(Hub::new(args.settings()));
    let (stop, stopped) = watch::channel(false);
    let deadlines = tokio::spawn(lambda::enforce(Arc::clone(&hub)));
    let function = args.bootstrap.clone().map(|bootstrap| {
        let spec = lambda::Spec {
            bootstrap,
            env: args.lambda_env.clone(),
            api: address,
        };
        tokio::spawn(lambda::supervise(Arc::clone(&hub), spec, stopped))
    });
    let served = tokio::select! {
        served = serve::forever(&listener, router(hub)) => served,
        ended = end(args.exit_with_stdin) => ended,
    };
    stop.send_replace(true);
    if let Some(function) = function {
        function.await.ok();
    }
    deadlines.abort();
    Ok(served?)
}

/// Returns when the sandbox is to end.
async fn end(with_stdin: bool) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = stdin_closed(), if with_stdin => {}
    }
    Ok(())
}

/// Returns at the end of standard input. A thread of its own reads it: the runtime would wait for a pending read when it ends.
async fn stdin_closed() {
    let (closed, end) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
        drop(closed);
    });
    // Nothing is ever sent; the sender is dropped.
    end.await.ok();
}
