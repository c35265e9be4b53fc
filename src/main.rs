//! The `countersign` program.

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Features(countersign::cli::features::FeaturesArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Features(args) => countersign::cli::features::run(&args),
    }
}
