//! What becomes of each engine while all of them work, with turns at the processor and without.
//!
//! ```text
//! cargo run -p models --example all_at_once -- [SECONDS]
//! ```
//!
//! One thread has speech recognised, one has sentences said, one has answers written and one embeds
//! passages, each without a pause, while another embeds a question every half second. Every engine
//! is measured alone first. `MODELS` in the environment is the folder of models.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod prompts;
mod script;

use std::{
    error::Error,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use dialects::reading;
use models::{
    Catalog, Embedder, Generate, GeneratorOptions, LocalGenerator, LocalRecognizer, ModelError,
    RecognitionRequest, Recognize, RecognizerOptions, Turns,
    embed::Kind,
    recognize,
    speak::{
        SAMPLE_RATE, SoundCache, Speaker, SpeakerOptions, SpeechRequest, local_voice, resample,
    },
};

/// A question as it is asked; four seconds of speech.
const SPOKEN: &str = "我想问一下居住证要怎么办，要带哪些东西？";
/// A passage of the usual length, two hundred characters.
const PASSAGE: &str = "申领居住证，应当向居住地公安派出所或者受公安机关委托的社区服务机构提交本人居民身份证、\
本人相片以及居住地住址、就业、就读等证明材料。居住地住址证明包括房屋租赁合同、房屋产权证明文件、购房合同或者房屋\
出租人、用人单位、就读学校出具的住宿证明等；就业证明包括工商营业执照、劳动合同、用人单位出具的劳动关系证明等。公安\
机关应当自受理之日起十五日内制作发放居住证，地广人稀、交通不便的地方可以延长。";

/// The engines, all on the same turns.
struct Engines {
    recognizer: LocalRecognizer,
    speaker: Speaker,
    generator: LocalGenerator,
    embedder: Embedder,
}

/// One engine's work: how long each stretch of it took.
type Work<'a> = (&'static str, Box<dyn Fn(usize) -> Result<(), ModelError> + Sync + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(30), |seconds| seconds.parse())?;
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let folder = std::env::var_os("MODELS")
        .map_or_else(|| home.join(".cache/xiangyin/models"), PathBuf::from);
    let length = Duration::from_secs(seconds);
    println!("engine\tmeasure\talone\tall, by turns\tall, unbounded");
    let alone = measured(&folder, Turns::default(), length, false)?;
    let turns = measured(&folder, Turns::default(), length, true)?;
    let unbounded = measured(&folder, Turns::unbounded(), length, true)?;
    for ((alone, turns), unbounded) in alone.iter().zip(&turns).zip(&unbounded) {
        for (place, measure) in ["median, s", "95th percentile, s", "a minute"].iter().enumerate() {
            println!(
                "{}\t{measure}\t{:.2}\t{:.2}\t{:.2}",
                alone.0, alone.1[place], turns.1[place], unbounded.1[place]
            );
        }
    }
    Ok(())
}

/// Each engine's median, 95th percentile and number a minute.
fn measured(
    folder: &Path,
    turns: Turns,
    length: Duration,
    together: bool,
) -> Result<Vec<(&'static str, [f64; 3])>, Box<dyn Error>> {
    let engines = Engines::load(folder, turns)?;
    let requests = prompts::read(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/prompts.jsonl")),
        60,
    )?;
    let question = engines.said(SPOKEN)?;
    let replies: Vec<&str> = include_str!("data/replies.txt").lines().collect();
    let passages = [PASSAGE; 8];
    let work: [Work<'_>; 5] = [
        (
            "hearing: a question of 4 s",
            Box::new(|_| {
                let request = RecognitionRequest::new(question.clone());
                engines.recognizer.recognize(request)?.wait().map(drop)
            }),
        ),
        (
            "speaking: a reply's first sound",
            Box::new(|number| {
                let clauses = reading::read(replies[number % replies.len()]);
                let request = SpeechRequest {
                    private: true,
                    ..SpeechRequest::new(clauses.into_iter().map(script::clause).collect())
                };
                engines.speaker.speak(request)?.blocking_next_piece().map(drop)
            }),
        ),
        (
            "writing: an answer of 60 tokens",
            Box::new(|number| {
                let request = requests[number % requests.len()].clone();
                engines.generator.generate(request)?.blocking_text().map(drop)
            }),
        ),
        (
            "embedding: eight passages",
            Box::new(|_| engines.embedder.embed(&passages, Kind::Passage).map(drop)),
        ),
        (
            "embedding: a question",
            Box::new(|_| {
                thread::sleep(Duration::from_millis(500));
                engines.embedder.embed(&[SPOKEN], Kind::Query).map(drop)
            }),
        ),
    ];
    let times: Vec<(&str, Vec<f64>)> = if together {
        thread::scope(|scope| {
            let running: Vec<_> =
                work.iter().map(|work| scope.spawn(|| repeated(work, length))).collect();
            running
                .into_iter()
                .map(|worker| worker.join().map_err(|_| ModelError::Stopped)?)
                .collect::<Result<_, _>>()
        })?
    } else {
        work.iter().map(|work| repeated(work, length / 3)).collect::<Result<_, _>>()?
    };
    let figures = times.into_iter().map(|(name, mut times)| {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
        let sum: f64 = times.iter().sum();
        (name, [at(0.5), at(0.95), 60.0 * times.len() as f64 / sum])
    });
    Ok(figures.collect())
}

/// Works without a pause for so long, and tells how long each stretch took.
fn repeated(
    (name, work): &Work<'_>,
    length: Duration,
) -> Result<(&'static str, Vec<f64>), ModelError> {
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < length || times.is_empty() {
        let started = Instant::now();
        work(times.len())?;
        let pause = if *name == "embedding: a question" { 0.5 } else { 0.0 };
        times.push((started.elapsed().as_secs_f64() - pause).max(0.0));
    }
    Ok((name, times))
}

impl Engines {
    fn load(folder: &Path, turns: Turns) -> Result<Self, Box<dyn Error>> {
        let catalog = Catalog::with(Vec::new());
        let entry = catalog.get("kokoro-82m-v1.0-mandarin").ok_or("no voice in the catalogue")?;
        let recognizer = RecognizerOptions { turns: turns.clone(), ..RecognizerOptions::default() };
        let speaker = SpeakerOptions {
            cache: SoundCache::in_memory(0).into(),
            turns: turns.clone(),
            ..SpeakerOptions::default()
        };
        let generator = GeneratorOptions { turns: turns.clone(), ..GeneratorOptions::default() };
        Ok(Self {
            recognizer: LocalRecognizer::load(&folder.join("ggml-base.bin"), recognizer)?,
            speaker: Speaker::start(local_voice(folder, entry, 2)?, speaker)?,
            generator: LocalGenerator::load(
                &folder.join("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
                generator,
            )?,
            embedder: Embedder::load(folder.join("e5-small-q4.bin"))?.with_turns(turns),
        })
    }

    /// A sentence in the voice's own speech, as the recogniser takes it.
    fn said(&self, text: &str) -> Result<Vec<f32>, ModelError> {
        let clauses = reading::read(text).into_iter().map(script::clause);
        let mut speaking = self.speaker.speak(SpeechRequest::new(clauses.collect()))?;
        let mut samples = Vec::new();
        while let Some(piece) = speaking.blocking_next_piece()? {
            samples.extend(piece.sound.samples);
        }
        Ok(resample(&samples, SAMPLE_RATE, recognize::SAMPLE_RATE))
    }
}
