//! Words of which some bits are known, and masks.

/// A mask of bits.
pub(crate) type Mask = u64;

/// All bits.
pub(crate) const ALL: Mask = u64::MAX;

/// The bits up to `bit`, itself included.
pub(crate) fn up_to(bit: u32) -> Mask {
    ALL >> (63 - bit)
}

/// The positions of the bits of a mask, from the lowest.
pub(crate) fn ones(mask: Mask) -> impl Iterator<Item = u32> {
    let mut rest = mask;
    std::iter::from_fn(move || {
        let bit = (rest != 0).then(|| rest.trailing_zeros());
        rest &= rest.wrapping_sub(1);
        bit
    })
}

/// The lowest bit of a mask that is not empty, and how many bits there are from it to the highest.
pub(crate) fn span(mask: Mask) -> (u32, u32) {
    let low = mask.trailing_zeros();
    (low, 64 - mask.leading_zeros() - low)
}

/// What is known of a word: the bits at `at` are those of `value`, whose other bits are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub at: Mask,
    pub value: u64,
}

impl Known {
    /// Nothing but zeros outside of `mask`.
    pub fn zero_outside(mask: Mask) -> Self {
        Self { at: !mask, value: 0 }
    }

    /// All of it.
    pub fn all(value: u64) -> Self {
        Self { at: ALL, value }
    }

    /// The number, if all of it is known.
    pub fn number(self) -> Option<u64> {
        (self.at == ALL).then_some(self.value)
    }

    /// The bit, if it is known.
    pub fn bit(self, bit: u32) -> Option<bool> {
        (self.at >> bit & 1 == 1).then_some(self.value >> bit & 1 == 1)
    }

    /// The bits that are known to be 0.
    pub fn zeros(self) -> Mask {
        self.at & !self.value
    }

    /// The bits up to the highest that may be 1.
    pub fn width(self) -> u32 {
        64 - (!self.zeros()).leading_zeros()
    }

    pub fn xor(self, other: Self) -> Self {
        let at = self.at & other.at;
        Self { at, value: (self.value ^ other.value) & at }
    }

    /// Shifted to the left by less than 64.
    pub fn shl(self, n: u32) -> Self {
        Self { at: self.at << n | !(ALL << n), value: self.value << n }
    }

    /// Shifted to the right by less than 64.
    pub fn shr(self, n: u32) -> Self {
        Self { at: self.at >> n | !(ALL >> n), value: self.value >> n }
    }

    pub fn mask(self, mask: Mask) -> Self {
        Self { at: self.at | !mask, value: self.value & mask }
    }
}
