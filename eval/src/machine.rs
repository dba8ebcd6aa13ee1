//! The machine that measures, and how much memory this program takes of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::report::Condition;

/// Date, processor, memory and the commit that was measured, as far as the system tells.
pub(crate) fn conditions() -> Vec<Condition> {
    let condition = |name: &str, value: Option<String>| {
        Some(Condition {
            name: name.to_owned(),
            value: value?,
        })
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map(|kibibytes| format!("{:.0} GiB", kibibytes as f64 / f64::from(1 << 20)));
    [
        condition("date", Some(jiff::Zoned::now().strftime("%Y-%m-%d").to_string())),
        condition("processor", Some(format!("{processor}, {cores} cores"))),
        condition("memory", memory),
        condition("commit", commit()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The commit of the source, with a remark where files differ from it.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit} and uncommitted changes") })
}

/// How many processes wanted to run in the last minute, of this program and others.
pub(crate) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// Forgets the largest memory so far, where the system can.
pub(crate) fn forget_peak() {
    // Where it cannot, the peak is that of the whole run, which is an upper bound.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The largest memory of this program since [`forget_peak`], in bytes.
pub(crate) fn peak_memory() -> Option<u64> {
    peak_memory_of(std::process::id())
}

/// The largest memory of a process so far, in bytes.
pub(crate) fn peak_memory_of(process: u32) -> Option<u64> {
    let text = field(format!("/proc/{process}/status"), "VmHWM")?;
    let kibibytes: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes << 10)
}

fn field(path: impl AsRef<Path>, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
