//! One stretch of memory for all weights.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

/// Size of a huge page. A token reads all weights once; with pages of 4 KiB the processor would
/// look up a quarter of a million of them each time.
const HUGE_PAGE: usize = 1 << 21;

/// Zeroed memory that starts at a multiple of a huge page.
pub(in crate::decoder) struct Arena {
    start: *mut u8,
    layout: Layout,
    length: usize,
}

// SAFETY: the memory belongs to the arena alone and is reached only through borrows of it.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    pub(in crate::decoder) fn new(length: usize) -> Self {
        let size = length.max(1).next_multiple_of(HUGE_PAGE);
        let layout = Layout::from_size_align(size, HUGE_PAGE)
            .unwrap_or_else(|_| handle_alloc_error(Layout::new::<u8>()));
        // SAFETY: the size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        #[cfg(target_os = "linux")]
        // SAFETY: the range is ours. The call is advice: where it fails, pages stay small.
        unsafe {
            libc::madvise(start.cast(), size, libc::MADV_HUGEPAGE);
        }
        Self {
            start,
            layout,
            length,
        }
    }

    pub(in crate::decoder) fn bytes(&self) -> &[u8] {
        // SAFETY: `length` bytes are allocated and were set to zero at least.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }

    pub(in crate::decoder) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and borrowed for writing.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.length) }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start, self.layout) }
    }
}
