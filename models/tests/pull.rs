//! Pulling files from a web server that breaks off, lies, or is not there.

mod support;

use std::fs;
use std::path::Path;

use models::Puller;
use models::catalog::{CatalogEntry, CatalogFile, Format, Purpose, Source};
use models::pull::{PullError, SourceKind, SourcePreferences, Stage, Verification};
use support::hash::sha256;
use support::{Answer, Request, Server};

/// Long enough that a connection can break in the middle of it.
fn content() -> Vec<u8> {
    (0..3_000_000_u32)
        .map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// A model of one file that is found in each of `repositories`.
fn entry(content: &[u8], repositories: &[&str]) -> CatalogEntry {
    CatalogEntry {
        id: "test".into(),
        purpose: Purpose::Writing,
        licence: "MIT".into(),
        format: Format::Gguf,
        files: vec![CatalogFile {
            name: "test.gguf".into(),
            bytes: Some(content.len() as u64),
            sha256: Some(sha256(content)),
            sources: repositories
                .iter()
                .map(|repository| Source::HuggingFace {
                    repository: (*repository).into(),
                    file: "test.gguf".into(),
                })
                .collect(),
        }],
    }
}

fn puller(folder: &Path, server: &Server) -> Puller {
    let preferences = SourcePreferences {
        mirror: Some(server.address()),
        order: vec![SourceKind::Folder, SourceKind::HuggingFace],
        ..SourcePreferences::default()
    };
    Puller::new(folder, preferences)
}

/// What stands in a folder under names that are not hidden.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_fetched_from_the_mirror_once_and_then_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |_| Answer::whole(&content)
    });
    let puller = puller(folder.path(), &server);
    let entry = entry(&content, &["owner/model"]);
    assert_eq!(
        puller.verify(&entry).expect("verified"),
        Verification::Missing
    );

    let mut stages = Vec::new();
    let mut last = 0;
    let path = puller
        .pull(&entry, &mut |progress| {
            assert_eq!(progress.file, "test.gguf");
            assert_eq!(progress.bytes_total, Some(content.len() as u64));
            if progress.stage == Stage::Fetching {
                assert!(progress.source.contains("owner/model") && progress.bytes_done >= last);
                last = progress.bytes_done;
            }
            stages.push(progress.stage);
        })
        .expect("pulled");
    assert_eq!(fs::read(&path).expect("the file"), content);
    assert_eq!(last, content.len() as u64);
    assert_eq!(stages.last(), Some(&Stage::Checking));
    assert_eq!(
        server.requests()[0].path,
        "/owner/model/resolve/main/test.gguf"
    );

    let again = puller.pull(&entry, &mut |progress| {
        panic!("nothing is done: {progress:?}")
    });
    assert_eq!(again.expect("still there"), path);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(
        names(folder.path()),
        ["test.gguf", "test.gguf.verified.json"]
    );
}

#[test]
fn a_broken_connection_is_continued_where_it_broke() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |request| Answer::from_offset(&content, request.offset()).cut_to(1_300_000)
    });
    let entry = entry(&content, &["owner/model"]);
    let path = puller(folder.path(), &server)
        .pull(&entry, &mut |_| {})
        .expect("pulled");
    assert_eq!(fs::read(path).expect("the file"), content);
    let offsets: Vec<u64> = server.requests().iter().map(Request::offset).collect();
    assert_eq!(offsets, [0, 1_300_000, 2_600_000]);
}

#[test]
fn what_was_fetched_before_a_failure_is_kept_for_the_next_pull_and_never_looks_finished() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let entry = entry(&content, &["owner/model"]);
    let server = Server::start({
        let content = content.clone();
        move |request| match request.number {
            0 => Answer::whole(&content).cut_to(2_000_000),
            1..4 => Answer::status(503),
            _ => Answer::from_offset(&content, request.offset()),
        }
    });
    let failed = puller(folder.path(), &server).pull(&entry, &mut |_| {});
    assert!(
        matches!(failed, Err(PullError::NoSource { .. })),
        "{failed:?}"
    );
    assert!(!folder.path().join("test.gguf").exists());

    let path = puller(folder.path(), &server)
        .pull(&entry, &mut |_| {})
        .expect("pulled");
    assert_eq!(fs::read(path).expect("the file"), content);
    assert_eq!(
        server.requests().last().map(Request::offset),
        Some(2_000_000)
    );
}

#[test]
fn a_file_that_changed_on_the_server_is_fetched_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let old: Vec<u8> = content.iter().map(|byte| byte ^ 1).collect();
    let server = Server::start({
        let content = content.clone();
        move |request| match request.number {
            0 => Answer::whole(&old).version("\"old\"").cut_to(1_000_000),
            _ if request.header("if-range") == Some("\"new\"") => {
                Answer::from_offset(&content, request.offset()).version("\"new\"")
            }
            _ => Answer::whole(&content).version("\"new\""),
        }
    });
    let entry = entry(&content, &["owner/model"]);
    let path = puller(folder.path(), &server)
        .pull(&entry, &mut |_| {})
        .expect("pulled");
    assert_eq!(fs::read(path).expect("the file"), content);
    assert_eq!(server.requests()[1].header("if-range"), Some("\"old\""));
}

#[test]
fn a_wrong_file_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let mut wrong = content.clone();
        wrong[1_500_000] ^= 1;
        move |_| Answer::whole(&wrong)
    });
    let entry = entry(&content, &["owner/model"]);
    let puller = puller(folder.path(), &server);
    let Err(error) = puller.pull(&entry, &mut |_| {}) else {
        panic!("a wrong file was taken");
    };
    let said = error.to_string();
    assert!(
        said.contains("test.gguf") && said.contains("校验值不对"),
        "{said}"
    );
    assert!(
        names(folder.path()).is_empty(),
        "{:?}",
        names(folder.path())
    );
}

#[test]
fn a_page_in_place_of_the_rest_costs_nothing_of_what_was_fetched() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |request| match request.number {
            0 => Answer::whole(&content).cut_to(2_000_000),
            1..4 => Answer::whole(b"<html>please log in</html>"),
            _ => Answer::from_offset(&content, request.offset()),
        }
    });
    let entry = entry(&content, &["owner/model"]);
    assert!(
        puller(folder.path(), &server)
            .pull(&entry, &mut |_| {})
            .is_err()
    );
    let path = puller(folder.path(), &server)
        .pull(&entry, &mut |_| {})
        .expect("pulled");
    assert_eq!(fs::read(path).expect("the file"), content);
    assert_eq!(
        server.requests().last().map(Request::offset),
        Some(2_000_000)
    );
}

#[test]
fn a_page_in_place_of_the_file_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start(|_| Answer::whole(b"<html>please log in</html>"));
    let Err(PullError::NoSource { tried, .. }) =
        puller(folder.path(), &server).pull(&entry(&content, &["owner/model"]), &mut |_| {})
    else {
        panic!("a page was taken");
    };
    assert!(tried[0].reason.contains("不是这个文件"), "{tried:?}");
    assert!(
        names(folder.path()).is_empty(),
        "{:?}",
        names(folder.path())
    );
}

#[test]
fn the_next_source_is_asked_when_one_fails_and_the_folder_comes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let portable = tempfile::tempdir().expect("another folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |request| {
            if request.path.starts_with("/second/") {
                Answer::whole(&content)
            } else {
                Answer::status(404)
            }
        }
    });
    let preferences = SourcePreferences {
        folder: Some(portable.path().to_owned()),
        mirror: Some(server.address()),
        order: vec![SourceKind::Folder, SourceKind::HuggingFace],
    };
    let puller = Puller::new(folder.path(), preferences);
    let entry = entry(&content, &["first/model", "second/model"]);
    let path = puller.pull(&entry, &mut |_| {}).expect("pulled");
    assert_eq!(fs::read(&path).expect("the file"), content);
    assert_eq!(server.requests().len(), 2);

    fs::remove_file(&path).expect("removed");
    fs::write(portable.path().join("test.gguf"), &content).expect("a portable copy");
    puller.pull(&entry, &mut |_| {}).expect("copied");
    assert_eq!(fs::read(&path).expect("the file"), content);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn two_at_once_fetch_a_file_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |_| Answer::whole(&content)
    });
    let entry = entry(&content, &["owner/model"]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let path = puller(folder.path(), &server).pull(&entry, &mut |_| {});
                assert_eq!(fs::read(path.expect("pulled")).expect("the file"), content);
            });
        }
    });
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_damaged_file_is_noticed_and_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |_| Answer::whole(&content)
    });
    let puller = puller(folder.path(), &server);
    let entry = entry(&content, &["owner/model"]);
    let path = puller.pull(&entry, &mut |_| {}).expect("pulled");
    fs::write(&path, &content[1..]).expect("damaged");
    assert_eq!(
        puller.verify(&entry).expect("checked"),
        Verification::Corrupt
    );
    puller.pull(&entry, &mut |_| {}).expect("pulled again");
    assert_eq!(
        puller.verify(&entry).expect("checked"),
        Verification::Verified
    );
}

#[test]
fn without_a_hash_in_the_catalogue_the_first_one_seen_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start({
        let content = content.clone();
        move |request| match request.number {
            0 => Answer::whole(&content),
            _ => Answer::whole(&content[1..]),
        }
    });
    let mut entry = entry(&content, &["owner/model"]);
    entry.files[0].bytes = None;
    entry.files[0].sha256 = None;
    let puller = puller(folder.path(), &server);
    let path = puller.pull(&entry, &mut |_| {}).expect("pulled");
    assert_eq!(
        puller.verify(&entry).expect("checked"),
        Verification::Verified
    );
    fs::remove_file(&path).expect("removed");
    assert!(puller.pull(&entry, &mut |_| {}).is_err());
    assert!(!path.exists());
}

#[test]
fn a_full_disk_is_said_before_anything_is_fetched() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = content();
    let server = Server::start(|_| Answer::status(500));
    let mut entry = entry(&content, &["owner/model"]);
    entry.files[0].bytes = Some(1 << 60);
    let failed = puller(folder.path(), &server).pull(&entry, &mut |_| {});
    assert!(
        matches!(failed, Err(PullError::DiskFull { .. })),
        "{failed:?}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(|_| Answer::status(500));
    for name in ["../test.gguf", "/test.gguf", "", ".lock", "a/b"] {
        let mut entry = entry(b"content", &["owner/model"]);
        entry.files[0].name = name.into();
        let refused = puller(folder.path(), &server).pull(&entry, &mut |_| {});
        assert!(
            matches!(refused, Err(PullError::BadName { .. })),
            "{name:?}: {refused:?}"
        );
    }
}
