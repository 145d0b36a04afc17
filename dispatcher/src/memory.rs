//! The allocator of the static programs: that of musl takes a quarter of the time of an event (`make bench-dispatcher`).

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
