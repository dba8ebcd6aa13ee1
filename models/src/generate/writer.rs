//! The model on its thread, working on several requests together.
//!
//! Each step passes through the model what every request has to give: its last token and a few
//! guesses after it where it writes, a piece of its prompt where it still reads. Pieces are cut so
//! that those who write do not stand still, and whoever came first is read for first. Each request
//! has a slot whose memory outlives it: the next request that begins alike reads only what is new,
//! or copies what another slot holds.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tracing::info;

use super::{
    FinishReason, Generated, GenerationRequest, GeneratorOptions,
    answer::Answer,
    chat,
    drafting::Drafting,
    lookup::{Match, look_up},
    outlook::{Pace, Share},
};
use crate::{
    ModelError,
    decoder::{Decoder, Part, Sequence, Tokenizer},
    engine::{AssignmentOf, BatchWorker},
    turns::{Turns, Urgency},
};

/// Tokens that are read in one step at most.
const LONGEST_PIECE: usize = 64;
/// Tokens of a prompt that are read in a step at least.
const SHORTEST_PIECE: usize = 8;
/// How long a step's reading may take, in seconds, while others write, and else. Between steps it
/// is seen who has left.
const PIECE_BESIDE_WRITING: f64 = 0.12;
const PIECE_ALONE: f64 = 0.4;
/// Tokens that another slot must know ahead for copying them to be worth it.
const WORTH_COPYING: usize = 16;

/// A request and its prompt in tokens.
pub(super) struct Task {
    pub(super) prompt: Vec<u32>,
    pub(super) request: GenerationRequest,
    /// The first token of each of the request's choices.
    pub(super) choices: Vec<u32>,
}

impl Task {
    /// An error where prompt and answer together exceed so many tokens.
    pub(super) fn new(
        tokenizer: &Tokenizer,
        request: GenerationRequest,
        context_length: usize,
    ) -> Result<Self, ModelError> {
        let prompt = chat::prompt(tokenizer, &request.messages)?;
        let tokens = prompt.len().saturating_add(request.max_tokens);
        if tokens > context_length {
            return Err(ModelError::PromptTooLong {
                tokens,
                limit: context_length,
            });
        }
        let mut choices = Vec::with_capacity(request.choices.len());
        for choice in &request.choices {
            choices.extend(tokenizer.encode(choice)?.first());
        }
        Ok(Self { prompt, request, choices })
    }

    /// What it will take, `known` tokens having been read already.
    pub(super) fn share(&self, known: usize) -> Share {
        Share {
            unread: self.prompt.len().saturating_sub(known),
            written: 0,
            max_tokens: self.request.max_tokens,
        }
    }
}

/// A place for one request at a time.
struct Slot {
    sequence: Sequence,
    /// The tokens that the sequence has read.
    known: Vec<u32>,
    answer: Option<Answer>,
    /// When it was last given a request, in requests.
    used: u64,
}

/// What one slot gives to a step.
#[derive(Default)]
struct Piece {
    tokens: Vec<u32>,
    scored: usize,
    /// The earlier place that guesses come from, and the first of them, made or not.
    foretold: Option<(Match, u32)>,
}

/// The model and its slots.
pub(super) struct Writer {
    decoder: Decoder,
    tokenizer: Arc<Tokenizer>,
    slots: Vec<Slot>,
    /// The warm-up messages' tokens and what reading them gave.
    kept: (Vec<u32>, Sequence),
    requests: u64,
    ends: [Option<u32>; 2],
    pace: Arc<Pace>,
    drafting: Option<Drafting>,
    turns: Turns,
    /// Tokens that pass the model in a second where many pass together, lately.
    rate: f64,
}

impl BatchWorker for Writer {
    type Task = Task;
    type Event = Result<Generated, ModelError>;

    fn work_together(
        &mut self,
        first: AssignmentOf<Self>,
        next: &mut dyn FnMut() -> Option<AssignmentOf<Self>>,
    ) {
        self.admit(first);
        loop {
            self.let_go_abandoned();
            while self.slots.iter().any(|slot| slot.answer.is_none())
                && let Some(assignment) = next()
            {
                self.admit(assignment);
            }
            self.tell_pace();
            if self.slots.iter().all(|slot| slot.answer.is_none()) {
                return;
            }
            if let Err(error) = self.step() {
                self.fail(&error);
            }
        }
    }
}

impl Writer {
    /// Reads the warm-up messages and measures how fast this machine is.
    pub(super) fn new(
        mut decoder: Decoder,
        tokenizer: Arc<Tokenizer>,
        options: &GeneratorOptions,
    ) -> Result<Self, ModelError> {
        let opening = chat::opening(&tokenizer, &options.warm_up)?;
        let newline = tokenizer.encode("\n")?;
        let mut kept = decoder.sequence();
        let mut read = |sequence: &mut Sequence, tokens: &[u32], scored| {
            let started = Instant::now();
            decoder.step(&mut [Part {
                sequence,
                tokens,
                scored,
            }])?;
            Ok::<f64, ModelError>(started.elapsed().as_secs_f64())
        };
        // The first step brings memory and caches into being; the next ones are as all others.
        let mut token = f64::MAX;
        for _ in 0..3 {
            token = token.min(read(&mut kept, &newline, 1)? / newline.len() as f64);
        }
        kept.truncate(0);
        let mut seconds = 0.0;
        for piece in opening.chunks(LONGEST_PIECE) {
            seconds += read(&mut kept, piece, 0)?;
        }
        let writing = 1.0 / token;
        let reading = if opening.is_empty() {
            writing
        } else {
            opening.len() as f64 / seconds
        };
        info!(reading, writing, "measured speed, tokens a second");

        let streams = options.streams.max(1);
        let slot = || Slot {
            sequence: decoder.sequence(),
            known: Vec::new(),
            answer: None,
            used: 0,
        };
        Ok(Self {
            slots: std::iter::repeat_with(slot).take(streams).collect(),
            kept: (opening, kept),
            requests: 0,
            ends: tokenizer.ends(),
            pace: Arc::new(Pace::new(reading, writing, streams)),
            drafting: options
                .drafting
                .then(|| Drafting::new(Duration::from_secs_f64(token))),
            turns: options.turns.clone(),
            rate: reading,
            decoder,
            tokenizer,
        })
    }

    pub(super) fn pace(&self) -> Arc<Pace> {
        Arc::clone(&self.pace)
    }

    /// Tokens of the warm-up messages.
    pub(super) fn kept_tokens(&self) -> usize {
        self.kept.0.len()
    }

    /// Gives a request the free slot that suits it best.
    fn admit(&mut self, assignment: AssignmentOf<Self>) {
        let prompt = &assignment.task.prompt;
        let shared = |known: &[u32]| shared(known, prompt);
        let free = |slot: &&Slot| slot.answer.is_none();
        let own = self
            .slots
            .iter()
            .filter(free)
            .map(|slot| shared(&slot.known))
            .max();
        let others = self.slots.iter().map(|slot| shared(&slot.known)).max();
        let best = others.max(Some(shared(&self.kept.0))).unwrap_or_default();
        let chosen = if own == Some(best) {
            // A slot that holds it needs no copying.
            let holds = |slot: &Slot| slot.answer.is_none() && shared(&slot.known) == best;
            self.slots.iter().position(holds)
        } else {
            let places = self.slots.iter().enumerate();
            let free = places.filter(|(_, slot)| slot.answer.is_none());
            free.min_by_key(|(_, slot)| slot.used)
                .map(|(index, _)| index)
        };
        let Some(chosen) = chosen else {
            // Requests are taken only where a slot is free.
            return;
        };
        if own != Some(best) {
            let known = prompt[..best].to_vec();
            if shared(&self.kept.0) == best {
                self.slots[chosen].sequence.fork(&self.kept.1, best);
            } else if let Some(source) = self
                .slots
                .iter()
                .position(|slot| shared(&slot.known) == best)
                && let Ok([slot, source]) = self.slots.get_disjoint_mut([chosen, source])
            {
                slot.sequence.fork(&source.sequence, best);
            }
            self.slots[chosen].known = known;
        }
        let slot = &mut self.slots[chosen];
        slot.known.truncate(best);
        slot.sequence.truncate(best);
        self.requests += 1;
        slot.used = self.requests;
        slot.answer = Some(Answer::new(assignment, best, self.ends));
    }

    fn tell_pace(&self) {
        self.pace.working(
            self.rate,
            self.slots.iter().filter_map(|slot| {
                let answer = slot.answer.as_ref()?;
                Some(answer.share(slot.known.len()))
            }),
        );
    }

    fn let_go_abandoned(&mut self) {
        for slot in &mut self.slots {
            if let Some(answer) = slot.answer.take_if(|answer| answer.is_abandoned()) {
                answer.abandon();
            }
        }
    }

    /// After a failure what the sequences hold is not known.
    fn fail(&mut self, error: &ModelError) {
        for slot in &mut self.slots {
            slot.sequence.truncate(0);
            slot.known.clear();
            if let Some(answer) = slot.answer.take() {
                answer.fail(candle_core::Error::msg(error).into());
            }
        }
    }

    /// One pass of the model over what all requests have to give.
    fn step(&mut self) -> Result<(), ModelError> {
        let pieces = self.pieces();
        let writing_only = !self.slots.iter().any(Slot::is_reading);
        let columns = pieces.iter().map(|piece| piece.tokens.len()).sum();
        let turn = self.turns.take(Urgency::Writing);
        let started = Instant::now();
        let mut parts: Vec<Part<'_>> = self
            .slots
            .iter_mut()
            .zip(&pieces)
            .filter(|(_, piece)| !piece.tokens.is_empty())
            .map(|(slot, piece)| Part {
                sequence: &mut slot.sequence,
                tokens: &piece.tokens,
                scored: piece.scored,
            })
            .collect();
        let scores = self.decoder.step(&mut parts)?;
        let took = started.elapsed();
        drop(turn);
        if columns >= 2 * SHORTEST_PIECE {
            self.rate += 0.3 * (columns as f64 / took.as_secs_f64() - self.rate);
        }
        if let (true, Some(drafting)) = (writing_only, &mut self.drafting) {
            drafting.measured(columns, took);
        }
        let mut rows = scores.rows();
        let mut finished = Vec::new();
        for (slot, piece) in self.slots.iter_mut().zip(pieces) {
            let scores: Vec<&[f32]> = rows.by_ref().take(piece.scored).collect();
            let end = slot.take(&piece, &scores, &self.tokenizer, self.drafting.as_mut())?;
            finished.extend(end);
        }
        for (answer, _) in &finished {
            self.pace.finished(answer.wrote());
        }
        // Whoever hears that an answer is finished finds its place free.
        self.tell_pace();
        for (answer, reason) in finished {
            answer.finish(reason);
        }
        Ok(())
    }

    /// How many tokens each slot reads of its prompt in the next step.
    fn reading_lengths(&mut self) -> Vec<usize> {
        let seconds = if self.slots.iter().any(Slot::is_writing) {
            PIECE_BESIDE_WRITING
        } else {
            PIECE_ALONE
        };
        let budget = (self.rate * seconds) as usize / SHORTEST_PIECE * SHORTEST_PIECE;
        let mut left = budget.max(SHORTEST_PIECE);
        let mut lengths = vec![0; self.slots.len()];
        let mut readers: Vec<usize> = (0..self.slots.len())
            .filter(|index| self.slots[*index].is_reading())
            .collect();
        // Side by side all would wait for the last of them.
        readers.sort_by_key(|index| self.slots[*index].used);
        for index in readers {
            if left > 0 {
                self.catch_up(index);
                lengths[index] = self.slots[index]
                    .unread()
                    .len()
                    .min(LONGEST_PIECE)
                    .min(left);
                left -= lengths[index];
            }
        }
        lengths
    }

    /// Copies what other slots have read meanwhile of this slot's prompt.
    fn catch_up(&mut self, index: usize) {
        let slot = &self.slots[index];
        let Some(answer) = &slot.answer else { return };
        let shared = |other: &Slot| shared(&other.known, answer.prompt());
        let ahead = (0..self.slots.len())
            .filter(|other| *other != index)
            .max_by_key(|other| shared(&self.slots[*other]));
        let Some(other) = ahead else { return };
        let length = shared(&self.slots[other]);
        if length < slot.known.len() + WORTH_COPYING {
            return;
        }
        if let Ok([slot, other]) = self.slots.get_disjoint_mut([index, other])
            && let Some(answer) = &mut slot.answer
        {
            answer.reuse(length - slot.known.len());
            slot.sequence.fork(&other.sequence, length);
            slot.known.clear();
            slot.known.extend(&other.known[..length]);
        }
    }

    fn pieces(&mut self) -> Vec<Piece> {
        let lengths = self.reading_lengths();
        let reading = lengths.iter().any(|length| *length > 0);
        let writing = self.slots.iter().filter(|slot| slot.is_writing()).count();
        // Everybody's last token first, then guesses as far as they pay.
        let (mut columns, mut expected) = (writing, writing as f64);
        let piece = |(slot, length): (&Slot, usize)| {
            let Some(answer) = &slot.answer else {
                return Piece::default();
            };
            if slot.is_reading() {
                let unread = slot.unread();
                return Piece {
                    tokens: unread[..length].to_vec(),
                    scored: usize::from(length == unread.len()),
                    foretold: None,
                };
            }
            let mut tokens: Vec<u32> = answer.last().into_iter().collect();
            let mut foretold = None;
            if let Some(drafting) = self.drafting.as_ref().filter(|_| !reading) {
                let text = [&slot.known[..], &tokens].concat();
                if let Some(found) = look_up(&text) {
                    let length = drafting
                        .length(found, columns, expected)
                        .min(text.len() - found.next)
                        .min(answer.left().saturating_sub(1));
                    tokens.extend(&text[found.next..found.next + length]);
                    columns += length;
                    expected += drafting.expected(found, length);
                    foretold = Some((found, text[found.next]));
                }
            }
            Piece {
                scored: tokens.len(),
                tokens,
                foretold,
            }
        };
        self.slots.iter().zip(lengths).map(piece).collect()
    }
}

impl Slot {
    /// What is left of the prompt.
    fn unread(&self) -> &[u32] {
        let prompt = self.answer.as_ref().map_or(&[][..], Answer::prompt);
        prompt.get(self.known.len()..).unwrap_or_default()
    }

    fn is_reading(&self) -> bool {
        !self.unread().is_empty()
    }

    fn is_writing(&self) -> bool {
        self.answer.is_some() && !self.is_reading()
    }

    /// Takes over what a step gave: each score row follows one of the piece's last tokens. Returns
    /// the answer if it is finished.
    fn take(
        &mut self,
        piece: &Piece,
        scores: &[&[f32]],
        tokenizer: &Tokenizer,
        drafting: Option<&mut Drafting>,
    ) -> Result<Option<(Answer, FinishReason)>, ModelError> {
        let Some(answer) = &mut self.answer else {
            return Ok(None);
        };
        // Every scored token but the first is a guess.
        let certain = piece.tokens.len() - piece.scored.saturating_sub(1);
        let (read, guesses) = piece.tokens.split_at(certain);
        self.known.extend(read);
        let mut end = None;
        let mut right = 0;
        for scores in scores {
            end = answer.take(scores, tokenizer)?;
            // A guess stands if it is what was written; then its own scores count too.
            if end.is_some() || guesses.get(right).copied() != answer.last() {
                break;
            }
            self.known.extend(answer.last());
            right += 1;
        }
        let written = answer.last();
        self.sequence.truncate(self.known.len());
        if let (Some((found, token)), Some(drafting)) = (piece.foretold, drafting) {
            // What would have been guessed tells as much as what was.
            let unguessed = guesses.is_empty() && written == Some(token);
            let right = right + usize::from(unguessed);
            drafting.tested(
                found.length,
                right,
                unguessed || right == guesses.len().max(1),
            );
        }
        Ok(end.and_then(|reason| Some((self.answer.take()?, reason))))
    }
}

/// How many tokens of the prompt need no reading. The last one always does: its scores are wanted.
fn shared(known: &[u32], prompt: &[u32]) -> usize {
    known
        .iter()
        .zip(prompt)
        .take(prompt.len().saturating_sub(1))
        .take_while(|(known, prompt)| known == prompt)
        .count()
}
