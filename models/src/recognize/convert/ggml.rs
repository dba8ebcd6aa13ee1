//! whisper.cpp's file: numbers that give the shape, the filters of the spectrogram, the tokens, and
//! the weights under `OpenAI`'s names; see `convert-pt-to-ggml.py` of that project.

use std::io::{self, Write};

use super::ctranslate2::{Variable, Weights};
use super::spectrogram::{FREQUENCIES, mel_filters};

const MAGIC: u32 = 0x6767_6d6c;
/// In every Whisper model a head of attention is so wide.
const HEAD_WIDTH: usize = 64;
const SINGLE: i32 = 0;
const HALF: i32 = 1;

/// Why no file was written.
pub(super) enum Failure {
    /// The model is not as expected.
    Model(String),
    /// It could not be written.
    Disk(io::Error),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Model(reason)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Writes a model.
pub(super) fn write(
    weights: &Weights<'_>,
    tokens: &[Vec<u8>],
    file: &mut impl Write,
) -> Result<(), Failure> {
    let filters = weights.get("encoder/conv1/weight")?;
    let audio = weights.get("encoder/position_encodings/encodings")?;
    let text = weights.get("decoder/position_encodings/encodings")?;
    let embeddings = weights.get("decoder/embeddings/weight")?;
    let size = |variable: &Variable<'_>, dimension: usize| {
        let size = variable.shape.get(dimension).copied();
        size.ok_or_else(|| "维数不对".to_owned())
    };
    let bands = size(&filters, 1)?;
    let shape = [
        size(&embeddings, 0)?,
        size(&audio, 0)?,
        size(&audio, 1)?,
        size(&audio, 1)? / HEAD_WIDTH,
        weights.layers("encoder"),
        size(&text, 0)?,
        size(&text, 1)?,
        size(&text, 1)? / HEAD_WIDTH,
        weights.layers("decoder"),
        bands,
        HALF as usize,
    ];
    file.write_all(&MAGIC.to_le_bytes())?;
    for number in shape {
        write_size(file, number)?;
    }
    write_size(file, bands)?;
    write_size(file, FREQUENCIES)?;
    for weight in mel_filters(bands) {
        file.write_all(&weight.to_le_bytes())?;
    }
    write_size(file, tokens.len())?;
    for token in tokens {
        write_size(file, token.len())?;
        file.write_all(token)?;
    }
    Tensors { weights, file }.all()
}

fn write_size(file: &mut impl Write, number: usize) -> io::Result<()> {
    file.write_all(&(number as i32).to_le_bytes())
}

struct Tensors<'a, 'file, File> {
    weights: &'a Weights<'a>,
    file: &'file mut File,
}

impl<File: Write> Tensors<'_, '_, File> {
    fn all(&mut self) -> Result<(), Failure> {
        let positions = "position_encodings/encodings";
        self.single(
            &format!("encoder/{positions}"),
            "encoder.positional_embedding",
        )?;
        for convolution in ["conv1", "conv2"] {
            let weight = self.weights.get(&format!("encoder/{convolution}/weight"))?;
            self.half(&weight, &format!("encoder.{convolution}.weight"))?;
            let mut bias = self.weights.get(&format!("encoder/{convolution}/bias"))?;
            // The library adds it to a picture with time as its second dimension.
            bias.shape.push(1);
            self.write_single(&bias, &format!("encoder.{convolution}.bias"))?;
        }
        for layer in 0..self.weights.layers("encoder") {
            self.layer("encoder", layer)?;
        }
        self.norm("encoder/layer_norm", "encoder.ln_post")?;

        self.single(
            &format!("decoder/{positions}"),
            "decoder.positional_embedding",
        )?;
        let embeddings = self.weights.get("decoder/embeddings/weight")?;
        self.half(&embeddings, "decoder.token_embedding.weight")?;
        for layer in 0..self.weights.layers("decoder") {
            self.layer("decoder", layer)?;
        }
        self.norm("decoder/layer_norm", "decoder.ln")
    }

    fn layer(&mut self, side: &str, layer: usize) -> Result<(), Failure> {
        let from = format!("{side}/layer_{layer}");
        let to = format!("{side}.blocks.{layer}");

        let attention = format!("{from}/self_attention");
        let stacked = format!("{attention}/linear_0");
        let names = ["query", "key", "value"];
        self.stacked(&stacked, &names.map(|name| format!("{to}.attn.{name}")))?;
        self.linear(&format!("{attention}/linear_1"), &format!("{to}.attn.out"))?;
        self.norm(&format!("{attention}/layer_norm"), &format!("{to}.attn_ln"))?;

        if side == "decoder" {
            let attention = format!("{from}/attention");
            let to = format!("{to}.cross_attn");
            self.linear(&format!("{attention}/linear_0"), &format!("{to}.query"))?;
            let stacked = format!("{attention}/linear_1");
            self.stacked(
                &stacked,
                &["key", "value"].map(|name| format!("{to}.{name}")),
            )?;
            self.linear(&format!("{attention}/linear_2"), &format!("{to}.out"))?;
            self.norm(&format!("{attention}/layer_norm"), &format!("{to}_ln"))?;
        }

        self.linear(&format!("{from}/ffn/linear_0"), &format!("{to}.mlp.0"))?;
        self.linear(&format!("{from}/ffn/linear_1"), &format!("{to}.mlp.2"))?;
        self.norm(&format!("{from}/ffn/layer_norm"), &format!("{to}.mlp_ln"))
    }

    /// Projections that lie one upon another, under the names they have alone.
    fn stacked(&mut self, from: &str, names: &[String]) -> Result<(), Failure> {
        let weight = self.weights.get(&format!("{from}/weight"))?;
        let bias = self.weights.get(&format!("{from}/bias"))?;
        for (part, name) in names.iter().enumerate() {
            self.half(&weight.part(part, names.len())?, &format!("{name}.weight"))?;
            // A key's bias cancels in the softmax, and the original has none.
            if !name.ends_with("key") {
                let bias = bias.part(part, names.len())?;
                self.write_single(&bias, &format!("{name}.bias"))?;
            }
        }
        Ok(())
    }

    fn linear(&mut self, from: &str, to: &str) -> Result<(), Failure> {
        let weight = self.weights.get(&format!("{from}/weight"))?;
        self.half(&weight, &format!("{to}.weight"))?;
        self.single(&format!("{from}/bias"), &format!("{to}.bias"))
    }

    fn norm(&mut self, from: &str, to: &str) -> Result<(), Failure> {
        self.single(&format!("{from}/gamma"), &format!("{to}.weight"))?;
        self.single(&format!("{from}/beta"), &format!("{to}.bias"))
    }

    fn single(&mut self, from: &str, to: &str) -> Result<(), Failure> {
        let variable = self.weights.get(from)?;
        self.write_single(&variable, to)
    }

    fn write_single(&mut self, variable: &Variable<'_>, name: &str) -> Result<(), Failure> {
        self.head(variable, name, SINGLE)?;
        let (halves, _) = variable.bytes.as_chunks::<2>();
        for &half in halves {
            let number = half::f16::from_le_bytes(half).to_f32();
            self.file.write_all(&number.to_le_bytes())?;
        }
        Ok(())
    }

    fn half(&mut self, variable: &Variable<'_>, name: &str) -> Result<(), Failure> {
        self.head(variable, name, HALF)?;
        self.file.write_all(variable.bytes)?;
        Ok(())
    }

    fn head(&mut self, variable: &Variable<'_>, name: &str, kind: i32) -> Result<(), Failure> {
        write_size(self.file, variable.shape.len())?;
        write_size(self.file, name.len())?;
        self.file.write_all(&kind.to_le_bytes())?;
        for &size in variable.shape.iter().rev() {
            write_size(self.file, size)?;
        }
        self.file.write_all(name.as_bytes())?;
        Ok(())
    }
}
