//! Memory from the system.

use dyad_field::{K, PrimeCharacteristicRing};

/// A vector of zeros whose pages are there before they are used.
///
/// The system gives a large vector its pages when they are first written to, one interruption a page,
/// which costs more than most of what is computed in it. Linux can be asked for many at once, by
/// all threads; where that fails, pages come as before.
pub fn zeros(len: usize) -> Vec<K> {
    let v = K::zero_vec(len);
    #[cfg(target_os = "linux")]
    linux::provide(&v);
    v
}

#[cfg(target_os = "linux")]
mod linux {
    use core::ffi::c_void;
    use core::ops::Range;

    use dyad_field::K;
    use rayon::prelude::*;
    use rustix::mm::{Advice, madvise};

    /// What one task asks for, in bytes: some hundred microseconds of work.
    const PART: usize = 1 << 21;

    /// Has the system provide the pages of a vector, as writing to each of them would.
    pub fn provide(v: &[K]) {
        let Range { start, end } = v.as_ptr_range();
        let page = rustix::param::page_size();
        let (start, end) = (start.addr().next_multiple_of(page), end.addr() / page * page);
        if end.saturating_sub(start) < PART {
            return;
        }
        (start..end).into_par_iter().step_by(PART).for_each(|at| {
            provide_part(v, at, PART.min(end - at));
        });
    }

    /// Has the system provide `len` bytes of a vector, from an address on.
    #[allow(unsafe_code)]
    fn provide_part(v: &[K], at: usize, len: usize) {
        let from = v.as_ptr().with_addr(at).cast_mut().cast::<c_void>();
        // SAFETY: the range lies within the vector. This advice changes no contents: it only has
        // the pages there.
        //
        // Kernels before 5.14 don't know it; the pages come later then.
        let _ = unsafe { madvise(from, len, Advice::LinuxPopulateWrite) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_zeros() {
        for len in [0, 1, 1000, (1 << 18) + 77, (1 << 20) + 1] {
            let v = zeros(len);
            assert_eq!(v.len(), len);
            assert!(v.iter().all(|&x| x == K::ZERO));
        }
    }
}
