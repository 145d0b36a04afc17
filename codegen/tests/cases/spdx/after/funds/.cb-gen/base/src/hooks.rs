// SPDX-License-Identifier: MIT

//! The user's own.
