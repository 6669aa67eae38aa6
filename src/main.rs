fn main() -> std::process::ExitCode {
    kaketsuke::cli::main()
}
