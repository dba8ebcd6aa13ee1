//! The program espeak-ng: understandable for short texts, no more; where there is no better voice.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use super::{
    Voice,
    resample::resample,
    script::Clause,
    sound::{SAMPLE_RATE, Sound},
    wave::read_wave,
};
use crate::ModelError;

/// Words a minute at usual speed.
const USUAL: f32 = 150.0;

/// Speaks by running espeak-ng for each piece.
#[derive(Debug, Clone)]
pub struct EspeakVoice {
    program: PathBuf,
    names: Vec<String>,
}

impl EspeakVoice {
    /// Finds out whether the program runs; `espeak-ng` is looked for where programs are.
    pub fn new(program: impl Into<PathBuf>) -> Result<Self, ModelError> {
        let program = program.into();
        let works = Command::new(&program)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success());
        if works {
            Ok(Self {
                program,
                names: vec!["cmn".to_owned(), "yue".to_owned(), "hak".to_owned()],
            })
        } else {
            Err(ModelError::Speech(format!(
                "运行不了 {}，请安装 espeak-ng",
                program.display()
            )))
        }
    }
}

impl Voice for EspeakVoice {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn say(&mut self, clauses: &[Clause], name: &str, speed: f32) -> Result<Sound, ModelError> {
        let name = self
            .names
            .iter()
            .find(|known| *known == name)
            .unwrap_or(&self.names[0]);
        let text: String = clauses
            .iter()
            .flat_map(|clause| [clause.text.as_str(), clause.pause.mark()])
            .collect();
        let mut child = Command::new(&self.program)
            .args(["-v", name, "--stdout", "--stdin", "-b", "1", "-s"])
            .arg(format!("{:.0}", USUAL * speed))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        // A short text fits into the pipe whole, so the program need not be read from meanwhile.
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let (samples, rate) = read_wave(&output.stdout)
            .map_err(|error| ModelError::Speech(format!("espeak-ng 没有给出声音（{error}）")))?;
        let sound = Sound {
            samples: resample(&samples, rate, SAMPLE_RATE),
            times: Vec::new(),
        };
        Ok(sound.with_estimated_times(clauses))
    }
}
