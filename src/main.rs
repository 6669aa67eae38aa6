/// glibc's allocator keeps what many threads once needed: after a morning's log-ins, hundreds of megabytes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kaketsuke::cli::main()
}
