//! Puts the parts together: one router, one listener, the function's process, and an orderly end.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cli::Options;
use crate::faults::End;
use crate::hub::{Hub, Settings};
use crate::lines::{Line, Lines};
use crate::{breakers, carry, control, datadog, lambda, metrics, page, recorder, serve};

/// Why the sandbox cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on `{address}`: {source}; choose another port, or 0 for a free one")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
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
        .merge(page::routes())
        .merge(control::routes())
        .merge(datadog::routes(&hub))
        .merge(lambda::routes())
        .layer(from_fn_with_state(Arc::clone(&hub), recorder::pass))
        .with_state(hub)
}

/// Opens the port, if the rest is there.
pub(crate) async fn listen(
    address: SocketAddr,
    options: &Options,
) -> Result<TcpListener, RunError> {
    if let Some(path) = options.bootstrap.as_ref().filter(|path| !path.is_file()) {
        return Err(RunError::NoBootstrap(path.clone()));
    }
    bind(address).await
}

async fn bind(address: SocketAddr) -> Result<TcpListener, RunError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| RunError::Listen { address, source })
}

/// A listener and where its connections go.
type Way = (TcpListener, (End, SocketAddr));

/// Opens the ports of the lines that are asked for, and says where they are.
async fn lines(options: &Options) -> Result<(Lines, Vec<Way>), RunError> {
    let (mut lines, mut ways) = (Lines::default(), Vec::new());
    let asked = [
        (End::Redis, options.redis_proxy, &mut lines.redis),
        (End::Service, options.service_proxy, &mut lines.service),
    ];
    for (end, line, slot) in asked {
        let Some(line) = line else { continue };
        let listener = bind(line.listens).await?;
        let listens = listener.local_addr()?;
        // Whoever started the sandbox may have read the first line alone, and gone.
        writeln!(
            std::io::stdout(),
            "{} at {listens}, carried to {}",
            end.name(),
            line.upstream
        )
        .ok();
        *slot = Some(Line { listens, ..line });
        ways.push((listener, (end, line.upstream)));
    }
    Ok((lines, ways))
}

/// Where a listener is reached.
pub(crate) fn url(listener: &TcpListener) -> Result<String, RunError> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// Runs until SIGTERM, SIGINT or, if asked, the end of standard input.
pub(crate) async fn serve(
    listener: TcpListener,
    mut settings: Settings,
    options: &Options,
) -> Result<(), RunError> {
    let (lines, ways) = lines(options).await?;
    settings.lines = lines;
    let hub = Arc::new(Hub::new(settings));
    let router = router(Arc::clone(&hub));
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(lambda::enforce(Arc::clone(&hub)));
    tasks.spawn(metrics::watch(Arc::clone(&hub)));
    for (listener, way) in ways {
        tasks.spawn(carry::carry(Arc::clone(&hub), listener, way));
    }
    if let Some(service) = options.service() {
        tasks.spawn(breakers::follow(router.clone(), service));
    }
    let function = function(&listener, options)?
        .map(|spec| tokio::spawn(lambda::supervise(Arc::clone(&hub), spec, stopped)));
    let served = tokio::select! {
        served = serve::forever(&listener, router) => served,
        ended = end(options.exit_with_stdin) => ended,
    };
    stop.send_replace(true);
    if let Some(function) = function {
        function.await.ok();
    }
    // The rest ends here, with `tasks`.
    Ok(served?)
}

/// The function's process, if there is one to start.
fn function(listener: &TcpListener, options: &Options) -> std::io::Result<Option<lambda::Spec>> {
    let Some(bootstrap) = options.bootstrap.clone() else {
        return Ok(None);
    };
    Ok(Some(lambda::Spec {
        bootstrap,
        env: options.lambda_env.clone(),
        api: listener.local_addr()?,
    }))
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
