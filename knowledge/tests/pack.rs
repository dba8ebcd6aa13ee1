//! Packs from outside: what is handed on comes back, and what was tampered with does not.

mod support;

use std::io::{Cursor, Read};

use jiff::Timestamp;
use knowledge::document::{Limits, from_text};
use knowledge::pack::{Original, Pack, PackError, PackedDocument, PackedSource};
use knowledge::PreparedAnswer;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use support::package;
use zip::ZipArchive;

fn pack() -> Pack {
    let mut pack = Pack::new("幸福街道", "3", Timestamp::UNIX_EPOCH);
    let file = "# 居住证办理\n\n## 要带什么材料\n\n身份证，还有一寸照片两张。\n".as_bytes();
    let read = |title, text| from_text(title, text, &Limits::default()).expect("it is text");
    let mut guide = read("", std::str::from_utf8(file).expect("it is text"));
    guide.answers.push(PreparedAnswer {
        questions: vec!["居住证带什么".to_owned()],
        answer: "带身份证和照片。".to_owned(),
        ..PreparedAnswer::default()
    });
    let digest: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
    pack.originals.insert(digest.clone(), Original {
        name: "居住证.md".to_owned(),
        bytes: file.to_vec(),
    });
    pack.documents.push(PackedDocument {
        scope: vec!["阳光社区".to_owned()],
        original: Some(digest),
        sources: vec![vec![PackedSource { document: 1, ordinal: 0 }]],
        ..PackedDocument::new("document", guide)
    });
    let notice = read("装修须知", "装修前要到物业登记，押金两千元。");
    pack.documents.push(PackedDocument::new("document", notice));
    pack.checks.push(serde_json::json!({ "question": "居住证带什么" }));
    pack
}

/// The parts of a pack, one of them changed.
fn tampered(bytes: &[u8], part: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("it is an archive");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("it has parts");
        let name = file.name().expect("it has a name").into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("it unpacks");
        let content = if name.starts_with(part) { change(content) } else { Some(content) };
        parts.extend(content.map(|content| (name, content)));
    }
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    package(&parts)
}

#[test]
fn a_pack_comes_back_as_it_was_and_is_always_the_same_bytes() {
    let bytes = pack().write().expect("it is whole");
    assert_eq!(Pack::read(&bytes).expect("it was just written"), pack());
    assert_eq!(bytes, pack().write().expect("it is whole"));
}

#[test]
fn what_was_changed_on_the_way_is_refused() {
    let bytes = pack().write().expect("it is whole");
    let read = |part: &str, change: &dyn Fn(Vec<u8>) -> Option<Vec<u8>>| {
        Pack::read(&tampered(&bytes, part, change)).expect_err("it was changed").code()
    };
    for part in ["documents/", "originals/", "checks"] {
        assert_eq!(read(part, &|mut content| { content.push(b' '); Some(content) }), "pack_damaged");
        assert_eq!(read(part, &|_| None), "pack_damaged");
    }
    let newer = |content: Vec<u8>| {
        let manifest = String::from_utf8(content).expect("it is text");
        Some(manifest.replacen("\"format\":1", "\"format\":2", 1).into_bytes())
    };
    assert_eq!(read("manifest", &newer), "pack_too_new");
    assert_eq!(read("manifest", &|_| None), "not_a_pack");
    assert_eq!(Pack::read(b"plain").expect_err("it is no archive").code(), "not_a_pack");
}

#[test]
fn a_pack_that_could_not_be_read_is_not_written() {
    let refused = |change: &dyn Fn(&mut Pack)| {
        let mut pack = pack();
        change(&mut pack);
        pack.write().expect_err("it is not whole")
    };
    let twice = refused(&|pack| pack.documents.push(pack.documents[1].clone()));
    assert!(matches!(twice, PackError::TwoOfOneTitle { .. }));
    let torn = refused(&|pack| pack.documents[1].document.text.insert(0, '又'));
    assert!(matches!(torn, PackError::BadDocument { .. }));
    assert_eq!(refused(&|pack| pack.originals.clear()).code(), "pack_bad_document");
    let nowhere = refused(&|pack| pack.documents[0].sources[0][0].document = 9);
    assert_eq!(nowhere.code(), "pack_bad_document");
}

#[test]
fn a_bomb_is_refused() {
    let bytes = pack().write().expect("it is whole");
    let bomb = tampered(&bytes, "originals/", |_| Some(vec![0; 32 << 20]));
    assert_eq!(Pack::read(&bomb).expect_err("it unpacks too large").code(), "pack_too_large");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let _ = Pack::read(&bytes);
        let mut damaged = pack().write().expect("it is whole");
        for (place, byte) in places {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        if let Ok(read) = Pack::read(&damaged) {
            prop_assert_eq!(read.documents, pack().documents);
        }
    }
}
