//! How fast a model reads and writes here, without guessing; `answer_speed` times whole answers.
//!
//! ```text
//! cargo run -p models --example generation_speed -- MODEL.gguf [--stock] [--avx2]
//! ```
//!
//! Figures are lines of a name, a tab and a number: tokens a second, or seconds. `--stock` runs
//! candle's own model as well; `--avx2` computes as on a processor without AVX-512.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what the example is for"
)]

use std::{path::Path, time::Instant};

use candle_core::{Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::quantized_qwen2::ModelWeights;
use models::{
    Finish, Generate, GenerationRequest, GeneratorOptions, Instructions, LocalGenerator, Message,
    ModelError,
};

const PASSAGE: &str = "申领居住证，应当向居住地公安派出所或者受公安机关委托的社区服务机构提交本人居民身份证、\
本人相片以及居住地住址、就业、就读等证明材料。公安机关应当自受理之日起15日内制作发放居住证。";

/// Tokens written for the measurement.
const WRITTEN: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("usage: generation_speed MODEL.gguf [--stock] [--avx2]")?;
    let path = Path::new(&path);
    let rest: Vec<String> = arguments.collect();
    let given = |name: &str| rest.iter().any(|argument| argument == name);

    let instructions = Instructions::available()
        .into_iter()
        .find(|one| !given("--avx2") || format!("{one:?}") == "Avx2")
        .ok_or("this processor has no AVX2")?;
    let options = GeneratorOptions {
        drafting: false,
        instructions,
        ..GeneratorOptions::default()
    };
    let started = Instant::now();
    let generator = LocalGenerator::load(path, options)?;
    figure("load, s", started.elapsed().as_secs_f64());
    for tokens in [64, 256, 512] {
        let finish = read(&generator, tokens)?;
        let rate = rate(
            finish.prompt_tokens - finish.reused_tokens,
            finish.reading_ms,
        );
        figure(&format!("reading {tokens}"), rate);
    }
    let (_, finish) = generator
        .generate(request(
            "请写一篇很长的文章，介绍这座城市。".to_owned(),
            WRITTEN,
        ))?
        .blocking_text()?;
    figure(
        "writing",
        rate(finish.generated_tokens - 1, finish.writing_ms),
    );
    if given("--stock") {
        measure_stock(path)?;
    }
    Ok(())
}

fn figure(name: &str, value: f64) {
    println!("{name}\t{value:.2}");
}

fn request(text: String, max_tokens: usize) -> GenerationRequest {
    GenerationRequest {
        max_tokens,
        ..GenerationRequest::new(vec![Message::user(text)])
    }
}

/// Reads a prompt of about so many tokens that begins like no other.
fn read(generator: &LocalGenerator, tokens: usize) -> Result<Finish, ModelError> {
    let mut text = format!("{tokens}个词元：");
    // The chat's own tokens are nine.
    while generator.count_tokens(&text) + 9 < tokens {
        let next = PASSAGE
            .chars()
            .nth(text.chars().count() % PASSAGE.chars().count());
        text.extend(next);
    }
    let (_, finish) = generator.generate(request(text, 1))?.blocking_text()?;
    Ok(finish)
}

/// Reads and writes as many tokens with candle's own model; what they say does not matter.
fn measure_stock(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = std::fs::File::open(path)?;
    let content = Content::read(&mut file)?;
    let mut model = ModelWeights::from_gguf(content, &mut file, &Device::Cpu)?;
    // The first reading rearranges the weights.
    for name in ["stock reading 256, first", "stock reading 256"] {
        let prompt: Vec<u32> = (0..256).map(|index| 1000 + index % 7919).collect();
        let started = Instant::now();
        model.forward(&Tensor::new(prompt, &Device::Cpu)?.unsqueeze(0)?, 0)?;
        figure(name, rate(256, started.elapsed().as_millis() as u64));
    }
    let started = Instant::now();
    for index in 0..WRITTEN {
        let token = Tensor::new(&[[1000 + index as u32]], &Device::Cpu)?;
        model.forward(&token, 256 + index)?;
    }
    figure(
        "stock writing",
        rate(WRITTEN, started.elapsed().as_millis() as u64),
    );
    Ok(())
}

/// Tokens a second.
fn rate(tokens: usize, milliseconds: u64) -> f64 {
    tokens as f64 * 1000.0 / milliseconds.max(1) as f64
}
