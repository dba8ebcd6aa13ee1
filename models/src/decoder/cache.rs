//! Keys and values of everything that one conversation has read, in memory allocated once.

use super::shape::Shape;

/// Positions whose keys stand together, number by number, so that one vector holds the same number
/// of sixteen keys.
pub(super) const SIXTEEN: usize = 16;

/// One layer's keys, `[key head][sixteen positions][head width][position]`, and values,
/// `[key head][position][head width]`.
#[derive(Debug)]
pub(super) struct LayerMemory {
    keys: Vec<f32>,
    values: Vec<f32>,
    capacity: usize,
    head_width: usize,
}

impl LayerMemory {
    fn offset(&self, head: usize, position: usize) -> usize {
        (head * self.capacity + position) * self.head_width
    }

    /// Stores one position's key and value of one head.
    pub(super) fn store(&mut self, head: usize, position: usize, key: &[f32], value: &[f32]) {
        let offset = self.offset(head, position);
        self.values[offset..offset + self.head_width].copy_from_slice(value);
        let offset = self.offset(head, position - position % SIXTEEN);
        let sixteen = &mut self.keys[offset..offset + SIXTEEN * self.head_width];
        for (place, number) in sixteen[position % SIXTEEN..]
            .iter_mut()
            .step_by(SIXTEEN)
            .zip(key)
        {
            *place = *number;
        }
    }

    /// Keys of one head's first `positions` positions, the last sixteen filled up with anything.
    pub(super) fn keys(&self, head: usize, positions: usize) -> &[f32] {
        let end = positions.next_multiple_of(SIXTEEN);
        &self.keys[self.offset(head, 0)..self.offset(head, end)]
    }

    /// Values of one head's first `positions` positions.
    pub(super) fn values(&self, head: usize, positions: usize) -> &[f32] {
        &self.values[self.offset(head, 0)..self.offset(head, positions)]
    }
}

/// One conversation: the keys and values of all layers for what it has read so far.
#[derive(Debug)]
pub(crate) struct Sequence {
    pub(super) layers: Vec<LayerMemory>,
    key_heads: usize,
    length: usize,
}

impl Sequence {
    /// Reserves room for `shape.context_length` positions; the system hands out the pages as they
    /// are first written.
    pub(super) fn new(shape: &Shape) -> Self {
        let capacity = shape.context_length.next_multiple_of(SIXTEEN);
        let size = shape.key_heads * capacity * shape.head_width;
        let layer = || LayerMemory {
            keys: vec![0.0; size],
            values: vec![0.0; size],
            capacity,
            head_width: shape.head_width,
        };
        let layers = std::iter::repeat_with(layer).take(shape.layers).collect();
        Self {
            layers,
            key_heads: shape.key_heads,
            length: 0,
        }
    }

    /// Tokens read so far.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Forgets everything after the first `length` tokens.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    pub(super) fn advance(&mut self, positions: usize) {
        self.length += positions;
    }

    /// Forgets everything and takes over the first `length` tokens of another conversation.
    pub(crate) fn fork(&mut self, other: &Self, length: usize) {
        let length = length.min(other.length);
        for (layer, other) in self.layers.iter_mut().zip(&other.layers) {
            for head in 0..self.key_heads {
                let (start, keys) = (layer.offset(head, 0), other.keys(head, length));
                layer.keys[start..start + keys.len()].copy_from_slice(keys);
                let values = other.values(head, length);
                layer.values[start..start + values.len()].copy_from_slice(values);
            }
        }
        self.length = length;
    }
}
