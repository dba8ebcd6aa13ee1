//! One recogniser, helped in several ways; everything beyond the recogniser is the product's own.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use assistant::System;
use assistant::config::{Config, Settings};
use assistant::voice::{Hearing, Listener};
use dialects::Variety;
use dialects::script::to_simplified;
use models::RecognitionRequest;
use models::recognize::Recognition;

/// How the recogniser is helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Nothing is known.
    Plain,
    /// The terms of the community stand in the prompt.
    Prompt,
    /// The terms are in the prompt, and what sounds like them is lifted.
    Biased,
    /// As the product hears: several readings, put right by sound, and a prompt for a word alone.
    Corrected,
}

impl Way {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Plain, Self::Prompt, Self::Biased, Self::Corrected];

    /// As reports name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain Whisper",
            Self::Prompt => "+ prompt",
            Self::Biased => "+ prompt and biasing",
            Self::Corrected => "+ correction (the product)",
        }
    }
}

/// What was heard of one clip in one way.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// In simplified characters; empty where nothing was.
    pub(super) text: String,
    /// Seconds of compute, correction not counted: it takes microseconds.
    pub(super) compute: f64,
    /// Length of the sound, in seconds.
    pub(super) seconds: f64,
}

/// The product's hearing over the starter pack.
pub(super) struct Ear {
    hearing: Hearing,
}

/// The product's configuration over a folder of this suite's own.
pub(super) fn config(folder: &Path) -> Result<Config> {
    let flags = [
        ("data_dir".to_owned(), folder.display().to_string()),
        ("models.writing".to_owned(), "none".to_owned()),
    ];
    Ok(Settings::load(None, std::iter::empty(), &flags)?.config)
}

impl Ear {
    /// Loads the starter pack, which takes minutes the first time, and the recogniser.
    pub(super) async fn open(config: Config) -> Result<Self> {
        let system = System::open(config).await?;
        system.knowledge_base.import_starter_pack().await?;
        let hearing = system.hearing().await.context("the recogniser is not there: xiangyin models pull")?;
        Ok(Self { hearing })
    }

    /// Hears a sound in one way, told of the speaker's variety.
    pub(super) async fn hear(&self, samples: &Arc<[f32]>, variety: Option<Variety>, way: Way) -> Result<Heard> {
        let listener = self.hearing.listener(variety.map(Variety::id), &[]).await?;
        let product = self.hearing.request(Arc::clone(samples), &listener);
        let request = match way {
            Way::Plain => RecognitionRequest::new(Arc::clone(samples)),
            Way::Prompt => RecognitionRequest { alternatives: 1, prompt_terms: self.hearing.terms(&listener), ..product },
            Way::Biased => {
                let terms = self.hearing.terms(&listener);
                RecognitionRequest { alternatives: 1, prompt_terms: terms.clone(), bias_terms: terms, ..product }
            }
            Way::Corrected => product,
        };
        let recognition = self.hearing.recognizer().recognize(request)?.finished().await?;
        Ok(Heard {
            compute: recognition.compute.as_secs_f64(),
            seconds: recognition.duration.as_secs_f64(),
            text: self.text(&recognition, samples, &listener, way).await?,
        })
    }

    async fn text(
        &self,
        recognition: &Recognition,
        samples: &Arc<[f32]>,
        listener: &Listener,
        way: Way,
    ) -> Result<String> {
        if way == Way::Corrected {
            let understood = self.hearing.understand(recognition, Arc::clone(samples), listener).await?;
            Ok(understood.corrected)
        } else {
            Ok(to_simplified(recognition.text()).into_text())
        }
    }
}
