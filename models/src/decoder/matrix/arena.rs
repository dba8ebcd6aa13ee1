//! One stretch of memory for all weights.

use std::alloc::{Layout, handle_alloc_error};

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
        Self {
            start: zeroed(layout),
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
        release(self.start, self.layout);
    }
}

/// Memory from the system itself: the allocator would write the zeros of aligned memory at once,
/// and a page that was written to before the advice stays small.
#[cfg(target_os = "linux")]
fn zeroed(layout: Layout) -> *mut u8 {
    use libc::{MADV_HUGEPAGE, MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_READ, PROT_WRITE};

    let (size, align) = (layout.size(), layout.align());
    // SAFETY: a new mapping, with enough room to find an aligned start in it.
    let mapped = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            size + align,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if mapped == MAP_FAILED {
        handle_alloc_error(layout);
    }
    let before = mapped.cast::<u8>().align_offset(align);
    // SAFETY: the start and what lies before and behind it are within the mapping. The call for
    // huge pages is advice: where it fails, pages stay small.
    unsafe {
        let start = mapped.cast::<u8>().add(before);
        if before > 0 {
            libc::munmap(mapped, before);
        }
        if align > before {
            libc::munmap(start.add(size).cast(), align - before);
        }
        libc::madvise(start.cast(), size, MADV_HUGEPAGE);
        start
    }
}

#[cfg(target_os = "linux")]
fn release(start: *mut u8, layout: Layout) {
    // SAFETY: what `zeroed` left of its mapping.
    unsafe {
        libc::munmap(start.cast(), layout.size());
    }
}

#[cfg(not(target_os = "linux"))]
fn zeroed(layout: Layout) -> *mut u8 {
    // SAFETY: the size is not zero.
    let start = unsafe { std::alloc::alloc_zeroed(layout) };
    if start.is_null() {
        handle_alloc_error(layout);
    }
    start
}

#[cfg(not(target_os = "linux"))]
fn release(start: *mut u8, layout: Layout) {
    // SAFETY: allocated with this layout.
    unsafe { std::alloc::dealloc(start, layout) }
}
