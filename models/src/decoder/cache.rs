//! Keys and values of everything read so far, in memory allocated once.

use super::shape::Shape;

/// One layer's keys and values, `[key head][position][head width]`.
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
        self.keys[offset..offset + self.head_width].copy_from_slice(key);
        self.values[offset..offset + self.head_width].copy_from_slice(value);
    }

    /// Keys of the first `positions` positions of one head.
    pub(super) fn keys(&self, head: usize, positions: usize) -> &[f32] {
        &self.keys[self.offset(head, 0)..self.offset(head, positions)]
    }

    /// Values of the first `positions` positions of one head.
    pub(super) fn values(&self, head: usize, positions: usize) -> &[f32] {
        &self.values[self.offset(head, 0)..self.offset(head, positions)]
    }
}

/// Keys and values of all layers.
#[derive(Debug)]
pub(super) struct KeyValueCache {
    layers: Vec<LayerMemory>,
    key_heads: usize,
    length: usize,
}

/// A copy of the cache's first positions.
#[derive(Debug)]
pub(crate) struct CachedPrefix {
    /// For each layer, keys then values, each `[key head][position][head width]`.
    layers: Vec<(Vec<f32>, Vec<f32>)>,
    length: usize,
}

impl KeyValueCache {
    /// Reserves room for `shape.context_length` positions; the system hands out the pages as they
    /// are first written.
    pub(super) fn new(shape: &Shape) -> Self {
        let size = shape.key_heads * shape.context_length * shape.head_width;
        let layer = || LayerMemory {
            keys: vec![0.0; size],
            values: vec![0.0; size],
            capacity: shape.context_length,
            head_width: shape.head_width,
        };
        let layers = std::iter::repeat_with(layer).take(shape.layers).collect();
        Self {
            layers,
            key_heads: shape.key_heads,
            length: 0,
        }
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    pub(super) fn advance(&mut self, positions: usize) {
        self.length += positions;
    }

    pub(super) fn layers_mut(&mut self) -> impl Iterator<Item = &mut LayerMemory> {
        self.layers.iter_mut()
    }

    pub(super) fn copy_prefix(&self, length: usize) -> CachedPrefix {
        let length = length.min(self.length);
        let heads = 0..self.key_heads;
        let copy = |layer: &LayerMemory| {
            let keys = heads
                .clone()
                .flat_map(|head| layer.keys(head, length))
                .copied()
                .collect();
            let values = heads
                .clone()
                .flat_map(|head| layer.values(head, length))
                .copied()
                .collect();
            (keys, values)
        };
        CachedPrefix {
            layers: self.layers.iter().map(copy).collect(),
            length,
        }
    }

    pub(super) fn restore(&mut self, prefix: &CachedPrefix) {
        for (layer, (keys, values)) in self.layers.iter_mut().zip(&prefix.layers) {
            let run = prefix.length * layer.head_width;
            for head in 0..self.key_heads {
                let offset = layer.offset(head, 0);
                layer.keys[offset..offset + run].copy_from_slice(&keys[head * run..][..run]);
                layer.values[offset..offset + run].copy_from_slice(&values[head * run..][..run]);
            }
        }
        self.length = prefix.length;
    }
}
