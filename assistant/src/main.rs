//! The program `xiangyin`.

use std::process::ExitCode;

fn main() -> ExitCode {
    assistant::cli::run()
}
