//! The lines of a page, from the operators that put its characters there (PDF 32000-1, 9.4).

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Error, Object, ObjectId};

use super::font::{Font, get, number};
use super::lines::{Piece, TextLine, lines};

/// Deepest nesting of forms that is followed.
const DEEPEST: usize = 8;
/// Most operators that are carried out for one file.
const MOST_OPERATORS: usize = 20_000_000;
/// Reads the pages of a document.
pub(crate) struct PageReader<'a> {
    document: &'a Document,
    fonts: HashMap<ObjectId, Rc<Font>>,
    most: usize,
    operators: usize,
    unreadable: usize,
}

/// A matrix of six numbers, as PDF writes them.
#[derive(Clone, Copy, Debug)]
struct Matrix([f32; 6]);

impl Matrix {
    const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First `self`, then `other`.
    fn then(self, other: Self) -> Self {
        let (one, other) = (self.0, other.0);
        Self([
            one[0] * other[0] + one[1] * other[2],
            one[0] * other[1] + one[1] * other[3],
            one[2] * other[0] + one[3] * other[2],
            one[2] * other[1] + one[3] * other[3],
            one[4] * other[0] + one[5] * other[2] + other[4],
            one[4] * other[1] + one[5] * other[3] + other[5],
        ])
    }
}

/// What `q` keeps and `Q` brings back.
#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f32,
    character_space: f32,
    word_space: f32,
    scale: f32,
    leading: f32,
    rise: f32,
}

impl<'a> PageReader<'a> {
    /// A reader that unpacks at most `most` bytes of each stream.
    pub(crate) fn new(document: &'a Document, most: usize) -> Self {
        Self {
            document,
            fonts: HashMap::new(),
            most,
            operators: 0,
            unreadable: 0,
        }
    }

    /// Characters so far of which the font did not say what they are.
    pub(crate) fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// The lines of a page, from top to bottom.
    pub(crate) fn lines(&mut self, page: ObjectId) -> Result<Vec<TextLine>, Error> {
        let content = self.document.get_page_content_with_limit(page, self.most)?;
        let (direct, ids) = self.document.get_page_resources(page)?;
        let mut resources: Vec<&'a Dictionary> = direct.into_iter().collect();
        resources.extend(
            ids.into_iter()
                .filter_map(|id| self.document.get_dictionary(id).ok()),
        );
        let mut pieces = Vec::new();
        let state = State {
            matrix: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        self.run(&content, &resources, state, 0, &mut pieces);
        Ok(lines(pieces))
    }

    /// Carries out the operators of a page or a form.
    fn run(
        &mut self,
        content: &[u8],
        resources: &[&'a Dictionary],
        mut state: State,
        depth: usize,
        pieces: &mut Vec<Piece>,
    ) {
        let mut kept: Vec<State> = Vec::new();
        let mut line = Matrix::IDENTITY;
        let mut text = Matrix::IDENTITY;
        for operation in Content::decode_iter(content) {
            // What is broken ends the page; what came before it is read.
            let Ok(operation) = operation else { break };
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                return;
            }
            let operands = &operation.operands;
            let value = |index: usize| {
                operands
                    .get(index)
                    .and_then(|operand| number(self.document, operand))
                    .unwrap_or(0.0)
            };
            match operation.operator.as_str() {
                "q" if kept.len() < 256 => kept.push(state.clone()),
                "Q" => state = kept.pop().unwrap_or(state),
                "cm" => state.matrix = Matrix(std::array::from_fn(value)).then(state.matrix),
                "BT" => {
                    line = Matrix::IDENTITY;
                    text = Matrix::IDENTITY;
                }
                "Tf" => {
                    state.size = value(1);
                    let name = operands.first().and_then(|name| name.as_name().ok());
                    state.font = name.and_then(|name| self.font(resources, name));
                }
                "Tc" => state.character_space = value(0),
                "Tw" => state.word_space = value(0),
                "Tz" => state.scale = value(0) / 100.0,
                "TL" => state.leading = value(0),
                "Ts" => state.rise = value(0),
                "Tm" => {
                    line = Matrix(std::array::from_fn(value));
                    text = line;
                }
                "Td" | "TD" => {
                    if operation.operator == "TD" {
                        state.leading = -value(1);
                    }
                    line = Matrix::shift(value(0), value(1)).then(line);
                    text = line;
                }
                "T*" => {
                    line = Matrix::shift(0.0, -state.leading).then(line);
                    text = line;
                }
                "Tj" => self.show(operands.first(), &state, &mut text, pieces),
                "'" | "\"" => {
                    if operation.operator == "\"" {
                        state.word_space = value(0);
                        state.character_space = value(1);
                    }
                    line = Matrix::shift(0.0, -state.leading).then(line);
                    text = line;
                    self.show(operands.last(), &state, &mut text, pieces);
                }
                "TJ" => {
                    let Some(Object::Array(items)) = operands.first() else {
                        continue;
                    };
                    for item in items {
                        match number(self.document, item) {
                            Some(back) => {
                                let shift = -back / 1000.0 * state.size * state.scale;
                                text = Matrix::shift(shift, 0.0).then(text);
                            }
                            None => self.show(Some(item), &state, &mut text, pieces),
                        }
                    }
                }
                "Do" if depth < DEEPEST => {
                    let name = operands.first().and_then(|name| name.as_name().ok());
                    if let Some(name) = name {
                        self.form(name, resources, &state, depth, pieces);
                    }
                }
                _ => {}
            }
        }
    }

    fn form(
        &mut self,
        name: &[u8],
        resources: &[&'a Dictionary],
        state: &State,
        depth: usize,
        pieces: &mut Vec<Piece>,
    ) {
        let document = self.document;
        let found = resources.iter().find_map(|resources| {
            let objects = get(document, resources, b"XObject")?.as_dict().ok()?;
            get(document, objects, name)?.as_stream().ok()
        });
        let Some(form) = found else { return };
        let is_form = get(document, &form.dict, b"Subtype")
            .is_some_and(|kind| kind.as_name().is_ok_and(|name| name == b"Form"));
        if !is_form {
            return;
        }
        let Ok(content) = form.get_plain_content_with_limit(self.most) else {
            return;
        };
        let mut inner = state.clone();
        if let Some(Object::Array(matrix)) = get(document, &form.dict, b"Matrix") {
            let values = std::array::from_fn(|index| {
                matrix
                    .get(index)
                    .and_then(|value| number(document, value))
                    .unwrap_or(0.0)
            });
            inner.matrix = Matrix(values).then(inner.matrix);
        }
        let own = get(document, &form.dict, b"Resources").and_then(|own| own.as_dict().ok());
        let resources: Vec<&'a Dictionary> =
            own.into_iter().chain(resources.iter().copied()).collect();
        self.run(&content, &resources, inner, depth + 1, pieces);
    }

    fn font(&mut self, resources: &[&'a Dictionary], name: &[u8]) -> Option<Rc<Font>> {
        let document = self.document;
        let entry = resources.iter().find_map(|resources| {
            get(document, resources, b"Font")?
                .as_dict()
                .ok()?
                .get(name)
                .ok()
        })?;
        let (id, font) = document.dereference(entry).ok()?;
        let font = font.as_dict().ok()?;
        let most = self.most;
        match id {
            Some(id) => {
                let read = || Rc::new(Font::read(document, font, most));
                Some(Rc::clone(self.fonts.entry(id).or_insert_with(read)))
            }
            None => Some(Rc::new(Font::read(document, font, most))),
        }
    }

    /// Shows a string and moves on behind it.
    fn show(
        &mut self,
        string: Option<&Object>,
        state: &State,
        text: &mut Matrix,
        pieces: &mut Vec<Piece>,
    ) {
        let (Some(Object::String(bytes, _)), Some(font)) = (string, &state.font) else {
            return;
        };
        for glyph in font.glyphs(bytes) {
            let word = if glyph.is_space {
                state.word_space
            } else {
                0.0
            };
            let advance =
                (glyph.width / 1000.0 * state.size + state.character_space + word) * state.scale;
            let place = Matrix([
                state.size * state.scale,
                0.0,
                0.0,
                state.size,
                0.0,
                state.rise,
            ])
            .then(*text)
            .then(state.matrix);
            *text = Matrix::shift(advance, 0.0).then(*text);
            let Some(shown) = glyph.text else {
                self.unreadable += 1;
                continue;
            };
            let [right, up, slant, height, x, y] = place.0;
            let size = slant.hypot(height).max(right.hypot(up));
            if !(size.is_finite() && x.is_finite() && y.is_finite()) || size <= 0.0 {
                continue;
            }
            // Text that runs up the page is read as if the page were turned.
            let upright = right.abs() >= up.abs();
            let (x, y) = if upright {
                (x, y)
            } else {
                (y * up.signum(), -x * up.signum())
            };
            let width = glyph.width / 1000.0 * right.hypot(up);
            pieces.push(Piece {
                text: shown,
                x,
                y,
                width,
                size,
            });
        }
    }
}
