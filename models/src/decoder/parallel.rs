//! Sharing work among candle's threads.

use candle_core::utils::barrier_pool;

/// Fills `out`, piece by piece of `length` numbers, on candle's own threads.
///
/// `fill` gets the piece's index and the piece. Candle's pool is used because its threads wait
/// spinning: a second pool would fight with it for the cores.
pub(super) fn fill_pieces(out: &mut [f32], length: usize, fill: impl Fn(usize, &mut [f32]) + Sync) {
    let pieces = out.len() / length;
    let base = Base(out.as_mut_ptr());
    let base = &base;
    barrier_pool().execute_chunked(pieces, |indices| {
        for index in indices {
            // SAFETY: the pool hands out every index below `pieces` exactly once, so no two
            // threads hold the same piece; `index * length + length <= out.len()`; `out` is
            // borrowed for longer than the pool runs, because the pool returns when all are done.
            let piece =
                unsafe { std::slice::from_raw_parts_mut(base.0.add(index * length), length) };
            fill(index, piece);
        }
    });
}

struct Base(*mut f32);

// SAFETY: the pointer is only used to form pieces that do not overlap, as `fill_pieces` says.
unsafe impl Sync for Base {}
