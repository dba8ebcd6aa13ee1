//! Files that cannot be read are refused with words that help, and never stop the others.

mod support;

use std::fs::{self, File};
use std::io::Write;

use knowledge::document::{ImportError, Limits, import, import_file, import_folder};
use lopdf::{EncryptionState, EncryptionVersion, Object, Permissions, StringFormat};
use proptest::prelude::*;
use support::{Encoding, bytes, docx, package, paragraph, pdf, xlsx};

fn code(bytes: &[u8], name: &str) -> &'static str {
    match import(bytes, name, &Limits::default()) {
        Ok(document) => panic!("{name} was read: {:?}", document.text),
        Err(error) => {
            let message = error.to_string();
            assert!(
                message.contains('。') && message.contains('请'),
                "{message}"
            );
            error.code()
        }
    }
}

fn encrypted_pdf() -> Vec<u8> {
    let mut document = pdf(&[&["保密的内容"]], Encoding::ToUnicode);
    let id = Object::String(b"0123456789abcdef".to_vec(), StringFormat::Literal);
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("the key is made");
    document.encrypt(&state).expect("the file is encrypted");
    bytes(document)
}

#[test]
fn every_kind_of_bad_file_has_its_own_words() {
    let good = docx(&paragraph("", "居民可以到社区服务站办理。"));
    let wide = |name: &str| {
        name.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let compound = |name: &str| {
        [
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            vec![0; 512],
            wide(name),
        ]
        .concat()
    };
    assert_eq!(code(b"", "空.docx"), "empty_file");
    assert_eq!(code(b" \n\t ", "空.txt"), "empty_file");
    assert_eq!(
        code(b"\x89PNG\r\n\x1a\n0000", "其实是图片.docx"),
        "wrong_type"
    );
    assert_eq!(code(&good[..good.len() / 2], "断了.docx"), "damaged");
    assert_eq!(code(b"PK\x03\x04 nonsense", "坏的.xlsx"), "damaged");
    assert_eq!(code(&package(&[("a.txt", b"a")]), "资料.zip"), "wrong_type");
    assert_eq!(code(&compound("WordDocument"), "旧的.doc"), "old_format");
    assert_eq!(
        code(&compound("EncryptedPackage"), "加密.docx"),
        "encrypted"
    );
    assert_eq!(code(&encrypted_pdf(), "加密.pdf"), "encrypted");
    assert_eq!(
        code(&bytes(pdf(&[&[], &[]], Encoding::ToUnicode)), "扫描.pdf"),
        "no_text"
    );
    assert_eq!(code(b"%PDF-1.4\nnothing else", "坏的.pdf"), "damaged");
    assert_eq!(code(b"{\\rtf1 text}", "文档.rtf"), "old_format");
    let broken_xml = package(&[("word/document.xml", b"<w:document><w:body><w:p>")]);
    assert_eq!(code(&broken_xml, "半截.docx"), "damaged");
    let old = import(&compound("WordDocument"), "旧的.doc", &Limits::default());
    assert!(old.is_err_and(|error| error.to_string().contains("另存为 docx")));
    let scanned = import(
        &bytes(pdf(&[&[], &[]], Encoding::Gbk)),
        "扫描.pdf",
        &Limits::default(),
    );
    assert!(matches!(scanned, Err(ImportError::NoText { pages: 2 })));
}

#[test]
fn a_bomb_is_refused_while_it_unpacks() {
    // 64 MB of spaces pack to 64 KB.
    let spaces = vec![b' '; 64 * 1024 * 1024];
    let part = [b"<w:document>".as_slice(), &spaces, b"</w:document>"].concat();
    let bomb = package(&[("word/document.xml", &part)]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(code(&bomb, "炸弹.docx"), "unpacks_too_large");

    let limits = Limits {
        max_unpacked_bytes: 1000,
        ..Limits::default()
    };
    let large = docx(&paragraph("", &"居民".repeat(1000)));
    let refused = import(&large, "大.docx", &limits);
    assert!(matches!(refused, Err(ImportError::UnpacksTooLarge)));

    // A sheet that claims a cell at the far end takes no memory for what lies between.
    let far = xlsx(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>远</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
        r#"<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#,
    );
    let document = import(&far, "远.xlsx", &Limits::default()).expect("it is a sheet");
    assert_eq!(document.text, "远");
}

#[test]
fn entities_of_a_file_are_not_followed() {
    let bomb = r#"<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
        <w:document xmlns:w="w"><w:body><w:p><w:r><w:t>前&b;&x;后&amp;&#20013;</w:t></w:r></w:p></w:body></w:document>"#;
    let file = package(&[("word/document.xml", bomb.as_bytes())]);
    let document = import(&file, "实体.docx", &Limits::default()).expect("it is a document");
    assert_eq!(document.text, "前后&中");
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("大.txt");
    File::create(&path)
        .and_then(|file| file.set_len(200 * 1024 * 1024))
        .expect("the file is made");
    let refused = import_file(&path, &Limits::default());
    assert!(
        matches!(refused, Err(ImportError::TooLarge { bytes, .. }) if bytes == 200 * 1024 * 1024)
    );
    let missing = import_file(&folder.path().join("没有.txt"), &Limits::default());
    assert!(matches!(missing, Err(ImportError::Unreadable(_))));
}

#[test]
fn a_folder_is_read_to_its_end() {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder is made");
        File::create(path)
            .and_then(|mut file| file.write_all(content))
            .expect("it is written");
    };
    write("2坏.docx", b"PK\x03\x04");
    write("1好.txt", "供水通告\n今晚停水。".as_bytes());
    write("3夹/内.md", "# 内\n\n里面的文件。".as_bytes());
    write("4好.txt", "供电通告\n明早停电。".as_bytes());
    write(".隐藏.txt", b"hidden");
    write("~$锁.docx", b"lock");
    let read: Vec<(String, bool)> = import_folder(folder.path(), &Limits::default())
        .map(|(path, result)| {
            let name = path
                .file_name()
                .expect("it has a name")
                .to_string_lossy()
                .into_owned();
            (name, result.is_ok())
        })
        .collect();
    let expected = [
        ("1好.txt", true),
        ("2坏.docx", false),
        ("内.md", true),
        ("4好.txt", true),
    ];
    assert_eq!(read, expected.map(|(name, good)| (name.to_owned(), good)));
}

/// Names under which every content is tried.
const NAMES: [&str; 8] = [
    "a.md",
    "a.txt",
    "a.html",
    "a.docx",
    "a.xlsx",
    "a.pdf",
    "a",
    "文件.doc",
];

fn check(bytes: &[u8]) {
    for name in NAMES {
        let Ok(document) = import(bytes, name, &Limits::default()) else {
            continue;
        };
        let mut last = 0;
        for (passage, ordinal) in document.passages.iter().zip(0..) {
            assert_eq!(passage.ordinal, ordinal);
            assert!(passage.span.start >= last && passage.span.start < passage.span.end);
            last = passage.span.end;
            assert_eq!(
                document.text.get(passage.span.clone()),
                Some(passage.text.as_str())
            );
            assert!(!passage.locator.is_empty());
            if let knowledge::Origin::Bytes(range) = &passage.origin {
                assert!(
                    range.start < range.end && range.end <= bytes.len(),
                    "{range:?}"
                );
            }
        }
        for answer in &document.answers {
            assert!((answer.passage as usize) < document.passages.len());
            assert!(!answer.questions.is_empty());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("---".to_owned()),
                Just("第一条 为了规范管理，制定本办法。".to_owned()),
                Just("第二条 下列情形之一的：".to_owned()),
                Just("第三条 本办法自2024年1月1日起施行。".to_owned()),
                Just("| 甲 | 乙 |".to_owned()),
                Just("|---|---|".to_owned()),
                Just("# 标题".to_owned()),
                Just("目录".to_owned()),
                Just("questions: [怎么办]".to_owned()),
                Just("## 简要回答".to_owned()),
                "[一二（）、1-9.第条章节：。，；？《》“”居住證(zhù) \t|<p>&;#*>-]{0,40}",
            ],
            0..40,
        )
    ) {
        check(lines.join("\n").as_bytes());
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        kind in 0..4_usize,
        places in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut file = match kind {
            0 => docx(&paragraph("", "居民可以到社区服务站办理。")),
            1 => xlsx(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#, ""),
            2 => bytes(pdf(&[&["居民可以到社区服务站办理。"]], Encoding::ToUnicode)),
            _ => bytes(pdf(&[&["居民可以到社区服务站办理。"]], Encoding::Gbk)),
        };
        for (place, byte) in places {
            let at = place.index(file.len());
            file[at] = byte;
        }
        check(&file);
    }
}
