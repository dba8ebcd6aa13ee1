//! The recorded clips of the evaluation data.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use dialects::Variety;
use models::recognize::SAMPLE_RATE;
use models::recognize::audio::{self, AudioLimits};

use crate::suites::Setting;

/// The list of them, in the data folder.
pub(super) const MANIFEST: &str = "audio/manifest.tsv";

/// A group of fewer clips is put with the others that are as small.
const SMALLEST_GROUP: usize = 5;

/// A clip with its transcript.
pub(super) struct Clip {
    /// Its path in the audio folder.
    pub(super) id: String,
    pub(super) file: PathBuf,
    /// The group that it is counted in, such as `wuu, real`.
    pub(super) group: String,
    /// The variety that the product would be told of; `None` for Mandarin and for what it does not know.
    pub(super) variety: Option<Variety>,
    pub(super) transcript: String,
    /// Mono, 16,000 a second.
    pub(super) samples: Arc<[f32]>,
}

impl Clip {
    /// Length of the sound.
    pub(super) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(SAMPLE_RATE)
    }
}

/// The clips with a transcript, at most the setting's limit of each group, in the order of the list.
pub(super) fn all(setting: &Setting) -> Result<Vec<Clip>> {
    let manifest = setting.data.join(MANIFEST);
    let table = fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let mut lines = table.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        let place = columns.iter().position(|column| *column == name);
        place.with_context(|| format!("{} has no column {name}", manifest.display()))
    };
    let (path, lect, kind) = (column("path")?, column("lect")?, column("kind")?);
    let (transcript, note) = (column("transcript")?, column("note")?);
    let rows = lines.map(|line| line.split('\t').collect::<Vec<&str>>());
    let rows: Vec<[&str; 5]> = rows
        .map(|fields| [path, lect, kind, transcript, note].map(|place| fields.get(place).copied().unwrap_or_default()))
        .filter(|[_, _, _, transcript, _]| !transcript.is_empty())
        .collect();

    let mut groups: BTreeMap<String, Vec<[&str; 5]>> = BTreeMap::new();
    for row in rows {
        groups.entry(group(row)).or_default().push(row);
    }
    let (small, mut groups): (BTreeMap<_, _>, BTreeMap<_, _>) =
        groups.into_iter().partition(|(_, rows)| rows.len() < SMALLEST_GROUP);
    groups.insert("other varieties".to_owned(), small.into_values().flatten().collect());

    let folder = manifest.parent().unwrap_or(Path::new("."));
    let mut clips = Vec::new();
    for (group, rows) in groups {
        for [path, lect, _, transcript, note] in setting.limited(rows) {
            let file = folder.join(path);
            let sound = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            let samples = audio::read(sound, AudioLimits::default());
            clips.push(Clip {
                id: path.to_owned(),
                group: group.clone(),
                variety: variety(lect, note),
                transcript: transcript.to_owned(),
                samples: samples.with_context(|| format!("reading {}", file.display()))?.into(),
                file,
            });
        }
    }
    Ok(clips)
}

fn group([_, lect, kind, _, note]: [&str; 5]) -> String {
    let kind = if note == "isolated word" { "single words" } else { kind };
    format!("{lect}, {kind}")
}

/// The variety whose tables stand for a lect's.
fn variety(lect: &str, note: &str) -> Option<Variety> {
    match lect {
        "cmn-xinan-sichuan" | "cmn-xinan-chengdu" => Some(Variety::Chengdu),
        "cmn-zhongyuan-xian" | "cmn-zhongyuan-zhengzhou" => Some(Variety::Zhongyuan),
        "cmn-jilu-shijiazhuang" | "cmn-jilu-tianjin" => Some(Variety::Jinan),
        "cmn-jianghuai-nanjing" => Some(Variety::Hefei),
        "yue" => Some(Variety::Guangzhou),
        "nan" => Some(Variety::Xiamen),
        "wuu" if note.contains("Suzhou") => Some(Variety::Suzhou),
        "wuu" | "wuu-shanghai" => Some(Variety::Shanghai),
        _ => None,
    }
}
