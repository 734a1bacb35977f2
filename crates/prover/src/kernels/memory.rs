//! Memory from the system.

use core::hint::black_box;

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

/// Bytes of a page, or less.
const PAGE: usize = 4096;

/// A vector of zeros whose length is not known yet, and as much of it as is known to be needed.
#[derive(Debug, Default)]
pub struct Reserve {
    /// Addresses, and pages for the first of them.
    v: Vec<K>,
    /// Entries that have pages.
    provided: usize,
}

impl Reserve {
    /// Times as many entries as are needed at first that addresses are set aside for.
    const TIMES: usize = 256;
    /// At most so many.
    const MOST: usize = 1 << 26;
    /// Entries that pages are asked for at once, at least.
    const PART: usize = 1 << 17;

    /// At least `len` entries will be needed: has the system provide their pages. This thread alone does it, and nothing
    /// where addresses are short.
    pub fn provide(&mut self, len: usize) {
        if self.v.is_empty() {
            let len = (len * Self::TIMES).min(Self::MOST);
            // An allocation that fails ends the process, unless it is tried first.
            if Vec::<K>::new().try_reserve_exact(len).is_ok() {
                self.v = K::zero_vec(len);
            }
        }
        if len <= self.v.len() && len >= self.provided + Self::PART {
            // By writing to each page: to ask for many at once makes others wait who ask for memory meanwhile.
            let page = PAGE / size_of::<K>();
            self.v[self.provided..len].chunks_mut(page).for_each(|page| page[0] = black_box(K::ZERO));
            self.provided = len;
        }
    }

    /// The vector, of `len` zeros, as [`zeros`] makes it.
    pub fn into_zeros(self, len: usize) -> Vec<K> {
        let Self { mut v, provided } = self;
        if len > v.len() {
            drop(v);
            return zeros(len);
        }
        v.truncate(len);
        #[cfg(target_os = "linux")]
        linux::provide(&v[provided.min(len)..]);
        v
    }
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
        let Range { start, end } = pages(v);
        if end.saturating_sub(start) < PART {
            return;
        }
        (start..end).into_par_iter().step_by(PART).for_each(|at| {
            provide_part(v, at, PART.min(end - at));
        });
    }

    /// The addresses of the pages that are the vector's alone.
    fn pages(v: &[K]) -> Range<usize> {
        let Range { start, end } = v.as_ptr_range();
        let page = rustix::param::page_size();
        start.addr().next_multiple_of(page)..end.addr() / page * page
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

    /// However much was provided before, and whether there was room for all of it or not.
    #[test]
    fn reserves_become_zeros() {
        for (provided, len) in [
            (&[][..], 1000),
            (&[2000, 300_000, 299_000, 450_000], 500_000),
            (&[300_000], 200_000),
            (&[10], 5000),
            (&[1 << 19], (1 << 19) + 1),
        ] {
            let mut reserve = Reserve::default();
            provided.iter().for_each(|&len| reserve.provide(len));
            let v = reserve.into_zeros(len);
            assert_eq!(v.len(), len);
            assert!(v.iter().all(|&x| x == K::ZERO));
        }
    }
}
