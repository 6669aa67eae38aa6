use std::ffi::{c_int, c_long};

/// glibc's allocator keeps what many threads once needed: after a morning's log-ins, hundreds of megabytes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc.h.
const PURGE_DELAY: c_int = 15;
/// Milliseconds that freed memory is kept for the next use. The second that mimalloc takes by
/// itself would add up the 19 MiB of each password check.
const KEPT_MS: c_long = 10;

fn main() -> std::process::ExitCode {
    // SAFETY: stores a number in a table of the allocator, while there is no other thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, KEPT_MS) };
    kaketsuke::cli::main()
}
