//! theirs
