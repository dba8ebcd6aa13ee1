//! Fetches the files of models of the catalogue, as `xiangyin models pull` does:
//! `cargo run -p models --example pull -- FOLDER ID...`.

#![expect(clippy::print_stdout, reason = "it prints what it does")]

use std::error::Error;

use models::pull::{SourcePreferences, Stage};
use models::{Catalog, Puller};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let catalog = Catalog::with(Vec::new());
    let puller = Puller::new(folder, SourcePreferences::default());
    for id in arguments {
        let entry = catalog.get(&id).ok_or("not in the catalogue")?;
        let mut last = String::new();
        let path = puller.pull(entry, &mut |progress| {
            let now = format!("{} {:?} {}", progress.file, progress.stage, progress.source);
            if progress.stage != Stage::Checking && now != last {
                println!("{now}");
                last = now;
            }
        })?;
        println!("{id} {} {:?}", path.display(), puller.verify(entry)?);
    }
    Ok(())
}
