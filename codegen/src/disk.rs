//! The only ways in which cb-gen changes a disk, behind a trait, so that tests can let any single one of them fail.
//! Each operation is one step that is done or not done, except `write`, which may leave a part of a new file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What changes a disk. Reading needs no seam: a failed read leaves nothing behind.
pub trait Disk {
    /// Makes one folder, whose parent exists.
    ///
    /// # Errors
    /// Those of the operating system; the same for all methods here.
    fn create_folder(&mut self, path: &Path) -> io::Result<()>;

    /// Writes a file that must not exist yet.
    ///
    /// # Errors
    /// When it does exist, too.
    fn write(&mut self, path: &Path, content: &[u8], executable: bool) -> io::Result<()>;

    /// Puts a file in the place of another, in one step that readers see whole or not at all.
    ///
    /// # Errors
    /// As above.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes one file.
    ///
    /// # Errors
    /// As above.
    fn remove_file(&mut self, path: &Path) -> io::Result<()>;

    /// Removes one empty folder.
    ///
    /// # Errors
    /// As above.
    fn remove_folder(&mut self, path: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn write(&mut self, path: &Path, content: &[u8], executable: bool) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        allow_execution(&mut options, executable);
        options.open(path)?.write_all(content)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

#[cfg(unix)]
fn allow_execution(options: &mut OpenOptions, executable: bool) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(if executable { 0o777 } else { 0o666 });
}

#[cfg(not(unix))]
fn allow_execution(_: &mut OpenOptions, _: bool) {}

/// Whether the user may execute the file; never where the system has no such notion.
#[cfg(unix)]
pub(crate) fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
pub(crate) fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::{Disk, RealDisk, is_executable};

    #[test]
    fn files_are_new_and_executable_only_when_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        for executable in [false, true] {
            let path = folder.path().join(executable.to_string());
            RealDisk.write(&path, b"x", executable).expect("a new file");
            assert_eq!(
                is_executable(&fs::metadata(&path).expect("the file")),
                executable
            );
            let again = RealDisk
                .write(&path, b"y", executable)
                .expect_err("the file exists");
            assert_eq!(again.kind(), ErrorKind::AlreadyExists);
        }
    }
}
