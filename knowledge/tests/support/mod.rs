//! Small files of each packed format, made while the test runs.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{Cursor, Write};

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, ObjectId, Stream, StringFormat, dictionary};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip file with these parts.
pub(crate) fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("the part begins");
        writer.write_all(content).expect("the part is written");
    }
    writer
        .finish()
        .expect("the package is written")
        .into_inner()
}

/// A Word document whose body is `body`, with a style for titles and headings and a list that
/// counts articles.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>"#
    );
    let styles = format!(
        r#"<w:styles xmlns:w="{NAMESPACE}">
        <w:style w:styleId="a3"><w:name w:val="Title"/></w:style>
        <w:style w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
        <w:style w:styleId="own"><w:name w:val="own"/><w:basedOn w:val="1"/></w:style></w:styles>"#
    );
    let numbering = format!(
        r#"<w:numbering xmlns:w="{NAMESPACE}"><w:abstractNum w:abstractNumId="0">
        <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1条"/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
        </w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#
    );
    package(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("word/styles.xml", styles.as_bytes()),
        ("word/numbering.xml", numbering.as_bytes()),
        (
            "docProps/core.xml",
            "<p><dc:title xmlns:dc=\"d\">文档1</dc:title></p>".as_bytes(),
        ),
    ])
}

/// A paragraph of a Word document with properties and text.
pub(crate) fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A workbook with one sheet whose data is `rows`, and a number format for percent and dates.
pub(crate) fn xlsx(rows: &str, merges: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData>{merges}</worksheet>");
    package(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"救助标准\" sheetId=\"1\" r:id=\"rId1\"/>\
             <sheet name=\"草稿\" sheetId=\"2\" state=\"hidden\" r:id=\"rId2\"/></sheets></workbook>"
                .as_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>类别</t></si><si><r><t>报销</t></r><r><t>比例</t></r><rPh><t>bi li</t></rPh></si><si><t>起算日</t></si><si><t>职工医保</t></si></sst>"
                .as_bytes(),
        ),
        (
            "xl/styles.xml",
            b"<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"9\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>",
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// How the text of a PDF is written.
#[derive(Clone, Copy)]
pub(crate) enum Encoding {
    /// Codes of the font's own with a table that says what they mean, as Word and browsers write.
    ToUnicode,
    /// Bytes of GBK, as older Chinese programs write.
    Gbk,
}

/// A PDF with one list of lines a page; a page without lines is a scanned one.
pub(crate) fn pdf(pages: &[&[&str]], encoding: Encoding) -> Document {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let font = match encoding {
        Encoding::ToUnicode => own_codes(&mut document, pages),
        Encoding::Gbk => {
            let descendant = document.add_object(dictionary! {
                "Type" => "Font", "Subtype" => "CIDFontType0", "BaseFont" => "STSong", "DW" => 1000,
            });
            document.add_object(dictionary! {
                "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "STSong",
                "Encoding" => "GBK-EUC-H",
                "DescendantFonts" => vec![Object::Reference(descendant)],
            })
        }
    };
    let characters = characters(pages);
    let kids: Vec<Object> = pages
        .iter()
        .map(|lines| {
            let content = content(lines, |text| match encoding {
                Encoding::ToUnicode => text
                    .chars()
                    .filter_map(|c| characters.iter().position(|known| *known == c))
                    .flat_map(|code| (code as u16 + 1).to_be_bytes())
                    .collect(),
                Encoding::Gbk => encoding_rs::GBK.encode(text).0.into_owned(),
            });
            let content = document.add_object(Stream::new(dictionary! {}, content));
            let page = document.add_object(dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content,
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
                "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
            });
            page.into()
        })
        .collect();
    let count = kids.len() as i64;
    document.objects.insert(
        tree,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    document
}

/// The bytes of a PDF.
pub(crate) fn bytes(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("the file is written");
    bytes
}

fn characters(pages: &[&[&str]]) -> Vec<char> {
    let mut characters: Vec<char> = pages
        .iter()
        .flat_map(|page| page.iter())
        .flat_map(|line| line.chars())
        .collect();
    characters.sort_unstable();
    characters.dedup();
    characters
}

fn own_codes(document: &mut Document, pages: &[&[&str]]) -> ObjectId {
    let mut table = String::from("1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
    for (character, code) in characters(pages).into_iter().zip(1..) {
        let meaning = u32::from(character);
        table.push_str(&format!(
            "1 beginbfchar <{code:04X}> <{meaning:04X}> endbfchar\n"
        ));
    }
    let table = document.add_object(Stream::new(dictionary! {}, table.into_bytes()));
    let descendant = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "Song", "DW" => 1000,
    });
    document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Song", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![Object::Reference(descendant)], "ToUnicode" => table,
    })
}

fn content(lines: &[&str], encode: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
    ];
    for (line, index) in lines.iter().zip(0..) {
        let place: Vec<Object> = vec![
            1.into(),
            0.into(),
            0.into(),
            1.into(),
            72.into(),
            (770 - 20 * index).into(),
        ];
        operations.push(Operation::new("Tm", place));
        let string = Object::String(encode(line), StringFormat::Hexadecimal);
        operations.push(Operation::new("Tj", vec![string]));
    }
    operations.push(Operation::new("ET", vec![]));
    Content { operations }
        .encode()
        .expect("the page is written")
}
