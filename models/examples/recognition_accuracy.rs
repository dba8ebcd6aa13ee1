//! How well and how fast speech is recognised here:
//! `cargo run -p models --example recognition_accuracy -- MANIFEST [MODEL] [VARIETY...]`.
//!
//! The manifest is a table with the columns `path`, `lect` and `transcript`, the sound files beside
//! it. For each variety, without and with the help of terms, it prints the share of characters that
//! are wrong (substituted, missing or too many, both sides in simplified characters, without
//! punctuation) and the seconds of compute per second of speech. `THREADS` in the environment says
//! how many threads compute, `SHOW` prints what was heard.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dialects::script::to_simplified;
use models::recognize::audio::{self, AudioLimits};
use models::{LocalRecognizer, RecognitionRequest, Recognize, RecognizerOptions};

/// What residents ask for, as a community would list it.
const TERMS: &[&str] = &[
    "居住证",
    "身份证",
    "户口本",
    "户口迁移",
    "医保卡",
    "社保卡",
    "养老保险",
    "高龄津贴",
    "低保",
    "残疾证",
    "老年证",
    "退休认证",
    "廉租房",
    "公租房",
    "公积金",
    "入学",
    "转学",
    "准生证",
    "出生证明",
    "结婚登记",
    "物业费",
    "停水",
    "停电",
    "漏水",
    "路灯",
    "下水道",
    "电梯",
    "噪音",
    "垃圾分类",
    "流动人口",
    "居委会",
    "网格员",
    "社区医院",
    "家庭医生",
    "助餐",
    "居家养老",
];

/// How a clip is recognised.
const WAYS: [Way; 4] = [
    Way {
        name: "plain",
        prompt: false,
        bias: false,
        readings: 1,
    },
    Way {
        name: "+ prompt",
        prompt: true,
        bias: false,
        readings: 1,
    },
    Way {
        name: "+ bias",
        prompt: false,
        bias: true,
        readings: 1,
    },
    Way {
        name: "+ both, 4 readings",
        prompt: true,
        bias: true,
        readings: 4,
    },
];

struct Way {
    name: &'static str,
    prompt: bool,
    bias: bool,
    readings: usize,
}

struct Clip {
    variety: String,
    transcript: Vec<char>,
    samples: Arc<[f32]>,
}

#[derive(Default)]
struct Score {
    characters: usize,
    errors: usize,
    /// Errors of the best among all readings.
    fewest: usize,
    nothing: usize,
    clips: usize,
    seconds: f32,
    compute: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let manifest = PathBuf::from(arguments.next().ok_or("which manifest?")?);
    let home = std::env::var_os("HOME").unwrap_or_default();
    let usual = || Path::new(&home).join(".cache/xiangyin/models/ggml-base.bin");
    let model = arguments.next().map_or_else(usual, PathBuf::from);
    let varieties: Vec<String> = arguments.collect();

    let mut clips = clips(&manifest)?;
    clips.retain(|clip| varieties.is_empty() || varieties.contains(&clip.variety));
    let mut options = RecognizerOptions::default();
    if let Ok(threads) = std::env::var("THREADS") {
        options.threads = threads.parse()?;
    }
    let recognizer = LocalRecognizer::load(&model, options)?;
    println!("variety\tway\tclips\tcharacters\terror %\tbest of all %\tnothing\tcompute/s");
    for way in WAYS {
        let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
        for clip in &clips {
            let score = scores.entry(&clip.variety).or_default();
            measure(&recognizer, clip, &way, score)?;
        }
        for (variety, score) in scores {
            println!(
                "{variety}\t{}\t{}\t{}\t{:.1}\t{:.1}\t{}\t{:.3}",
                way.name,
                score.clips,
                score.characters,
                100.0 * score.errors as f32 / score.characters as f32,
                100.0 * score.fewest as f32 / score.characters as f32,
                score.nothing,
                score.compute / score.seconds
            );
        }
    }
    Ok(())
}

fn measure(
    recognizer: &LocalRecognizer,
    clip: &Clip,
    way: &Way,
    score: &mut Score,
) -> Result<(), models::ModelError> {
    let terms = |wanted: bool| -> Vec<String> {
        let terms = TERMS.iter().filter(|_| wanted);
        terms.map(|term| (*term).to_owned()).collect()
    };
    let request = RecognitionRequest {
        prompt_terms: terms(way.prompt),
        bias_terms: terms(way.bias),
        alternatives: way.readings,
        ..RecognitionRequest::new(Arc::clone(&clip.samples))
    };
    let heard = recognizer.recognize(request)?.wait()?;
    let errors: Vec<usize> = heard
        .readings
        .iter()
        .map(|reading| distance(&clip.transcript, &characters(&reading.text)))
        .collect();
    let all = clip.transcript.len();
    score.clips += 1;
    score.characters += all;
    score.errors += errors.first().copied().unwrap_or(all);
    score.fewest += errors.iter().copied().min().unwrap_or(all);
    score.nothing += usize::from(errors.is_empty());
    score.seconds += heard.duration.as_secs_f32();
    score.compute += heard.compute.as_secs_f32();
    if std::env::var_os("SHOW").is_some() {
        let wanted: String = clip.transcript.iter().collect();
        println!(
            "# {wanted} | {} | {:?} {:.2} {:.2}",
            heard.text(),
            heard.nothing,
            heard.no_speech_probability,
            heard
                .readings
                .first()
                .map_or(0.0, |best| best.average_log_probability)
        );
    }
    Ok(())
}

/// The clips that have a transcript.
fn clips(manifest: &Path) -> Result<Vec<Clip>, Box<dyn Error>> {
    let table = fs::read_to_string(manifest)?;
    let mut lines = table.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        let place = columns.iter().position(|column| *column == name);
        place.ok_or_else(|| format!("the manifest has no column {name}"))
    };
    let (path, variety, transcript) = (column("path")?, column("lect")?, column("transcript")?);
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let mut clips = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let field = |place: usize| fields.get(place).copied().unwrap_or_default();
        let transcript = characters(field(transcript));
        if !transcript.is_empty() {
            let file = fs::read(folder.join(field(path)))?;
            clips.push(Clip {
                variety: field(variety).to_owned(),
                transcript,
                samples: audio::read(file, AudioLimits::default())?.into(),
            });
        }
    }
    Ok(clips)
}

/// What is compared: letters, digits and characters, the latter simplified.
fn characters(text: &str) -> Vec<char> {
    to_simplified(text)
        .text()
        .chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Levenshtein's distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, character) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, same) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(character != same);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
