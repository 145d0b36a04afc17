//! Lines that the sandbox carries, so that a button can cut them: to a Redis, and to the service. It knows nothing of what
//! passes, and starts and stops no process.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::faults::End;
use crate::hub::{Hub, Until};

/// Carries every connection of one line, as long as it runs.
pub(crate) async fn carry(
    hub: Arc<Hub>,
    listener: TcpListener,
    (end, upstream): (End, SocketAddr),
) {
    while let Ok((near, _)) = listener.accept().await {
        tokio::spawn(pass(Arc::clone(&hub), near, (end, upstream)));
    }
}

/// A connection ends with either side, or when the line is cut; while it is, it ends at once.
async fn pass(hub: Arc<Hub>, mut near: TcpStream, (end, upstream): (End, SocketAddr)) {
    let cut = hub.wait(|world, _| match world.faults.cut.has(end) {
        true => Ok(()),
        false => Err(Until::Change),
    });
    let whole = async {
        if let Ok(mut far) = TcpStream::connect(upstream).await {
            copy_bidirectional(&mut near, &mut far).await.ok();
        }
    };
    tokio::select! {
        biased;
        () = cut => {}
        () = whole => {}
    }
}
