//! Texts that several tests read.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::print_stderr, reason = "what is skipped must be seen")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use dialects::Term;

/// The folder of shared data; says so and gives `None` where it is not there.
pub(crate) fn shared() -> Option<PathBuf> {
    let found = std::env::var_os("XIANGYIN_SHARED_DATA")
        .map(PathBuf::from)
        .into_iter()
        .chain([PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/data"
        ))])
        .find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: no shared data; name its folder in XIANGYIN_SHARED_DATA");
    }
    found
}

/// The starter pack's guides.
pub(crate) fn guides() -> Vec<String> {
    markdown(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../knowledge/starter/guides"
    )))
}

/// The Markdown files of a folder and the folders in it.
pub(crate) fn markdown(folder: &Path) -> Vec<String> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .flat_map(|path| {
            if path.is_dir() {
                markdown(path)
            } else if path.extension().is_some_and(|extension| extension == "md") {
                vec![fs::read_to_string(path).expect("a readable guide")]
            } else {
                Vec::new()
            }
        })
        .collect()
}

/// Terms as a community has them: the names of guides and services, and words of their titles.
pub(crate) fn terms() -> Vec<Term> {
    let mut terms: Vec<String> = guides()
        .iter()
        .flat_map(|guide| guide.lines())
        .filter_map(|line| line.strip_prefix("title: "))
        .map(str::to_owned)
        .collect();
    terms.extend(
        [
            "居住证",
            "高龄津贴",
            "身份证",
            "社保卡",
            "医保",
            "低保",
            "养老金",
            "户口本",
            "申请",
            "办理",
            "代办",
            "材料",
            "补办",
            "公租房",
            "残疾证",
            "养老认证",
            "居委会",
            "派出所",
        ]
        .map(str::to_owned),
    );
    terms.sort();
    terms.dedup();
    terms.into_iter().map(Term::from).collect()
}
