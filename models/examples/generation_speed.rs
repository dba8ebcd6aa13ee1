//! How fast a model reads and writes here, beside candle's stock implementation in the same run.
//!
//! ```text
//! cargo run -p models --example generation_speed -- MODEL.gguf [--stock]
//! ```

#![expect(
    clippy::print_stdout,
    reason = "the figures are what the example is for"
)]

use std::{path::Path, time::Instant};

use candle_core::{Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::quantized_qwen2::ModelWeights;
use models::{Generate, GenerationRequest, GeneratorOptions, LocalGenerator, Message};

const INSTRUCTIONS: &str = "你是社区服务助手，只根据给出的材料回答，每句话后面用[编号]注明出处。";

const PASSAGE: &str = "申领居住证，应当向居住地公安派出所或者受公安机关委托的社区服务机构提交本人居民身份证、\
本人相片以及居住地住址、就业、就读等证明材料。公安机关应当自受理之日起15日内制作发放居住证。";

/// Tokens written for the measurement.
const WRITTEN: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("usage: generation_speed MODEL.gguf [--stock]")?;
    let path = Path::new(&path);
    let stock = arguments.any(|argument| argument == "--stock");

    let started = Instant::now();
    let instructions = Message::system(INSTRUCTIONS);
    let options = GeneratorOptions {
        warm_up: vec![instructions.clone()],
        ..GeneratorOptions::default()
    };
    let generator = LocalGenerator::load(path, options)?;
    println!(
        "loaded and warmed up in {:.1} s",
        started.elapsed().as_secs_f32()
    );
    let prompt_tokens = ask(&generator, &instructions, "first request")?;
    ask(&generator, &instructions, "same passages")?;
    drop(generator);
    if stock {
        measure_stock(path, prompt_tokens)?;
    }
    Ok(())
}

/// Asks one question and prints how long it took; returns the length of its prompt.
fn ask(
    generator: &LocalGenerator,
    instructions: &Message,
    name: &str,
) -> Result<usize, Box<dyn std::error::Error>> {
    let passages: Vec<String> = (1..=5)
        .map(|number| format!("[{number}] {PASSAGE}"))
        .collect();
    let passages = passages.join(
        "
",
    );
    let question = Message::user(format!("{passages}\n\n{name}：办居住证要带什么？"));
    let mut request = GenerationRequest::new(vec![instructions.clone(), question]);
    request.max_tokens = WRITTEN;
    let (_, finish) = generator.generate(request)?.blocking_text()?;
    let read = finish.prompt_tokens - finish.reused_tokens;
    println!(
        "{name}: read {read} tokens of {} at {:.1}/s, wrote {} at {:.1}/s",
        finish.prompt_tokens,
        rate(read, finish.reading_ms),
        finish.generated_tokens,
        rate(finish.generated_tokens, finish.writing_ms),
    );
    Ok(finish.prompt_tokens)
}

/// Reads and writes as many tokens with candle's own model; what they say does not matter.
fn measure_stock(path: &Path, prompt_tokens: usize) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let mut file = std::fs::File::open(path)?;
    let content = Content::read(&mut file)?;
    let mut model = ModelWeights::from_gguf(content, &mut file, &Device::Cpu)?;
    println!(
        "stock candle: loaded in {:.1} s",
        started.elapsed().as_secs_f32()
    );
    for name in ["first request", "second request"] {
        let prompt: Vec<u32> = (0..prompt_tokens as u32)
            .map(|index| 1000 + index % 7919)
            .collect();
        let started = Instant::now();
        model.forward(
            &Tensor::new(prompt.as_slice(), &Device::Cpu)?.unsqueeze(0)?,
            0,
        )?;
        let read = started.elapsed().as_millis() as u64;
        let started = Instant::now();
        for index in 0..WRITTEN {
            let token = Tensor::new(&[[1000 + index as u32]], &Device::Cpu)?;
            model.forward(&token, prompt_tokens + index)?;
        }
        let wrote = started.elapsed().as_millis() as u64;
        println!(
            "stock candle, {name}: read {prompt_tokens} tokens at {:.1}/s, wrote {WRITTEN} at {:.1}/s",
            rate(prompt_tokens, read),
            rate(WRITTEN, wrote),
        );
    }
    Ok(())
}

/// Tokens a second.
fn rate(tokens: usize, milliseconds: u64) -> f64 {
    tokens as f64 * 1000.0 / milliseconds.max(1) as f64
}
