//! The unix socket, for this user alone from its first moment: it is bound inside a
//! directory of mode 0700 that did not exist before, and both vanish with the process.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::net::UnixListener;

pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    // Held for its drop, which removes the directory with the socket in it.
    _dir: TempDir,
}

impl Socket {
    /// Binds a new socket under `parent`, else under the directory for temporary files.
    pub(super) fn bind(parent: Option<&Path>) -> io::Result<Self> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        // The builder makes the directory with mode 0700. The names are short because a
        // socket's path may have about 100 bytes in all.
        let private = Permissions::from_mode(0o700);
        let dir = tempfile::Builder::new()
            .prefix("tf")
            .permissions(private)
            .tempdir_in(parent)?;
        let path = dir.path().join("p");
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self {
            listener,
            path,
            _dir: dir,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn accept(&self) -> io::Result<tokio::net::UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}
