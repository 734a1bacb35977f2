//! Sets of extensions.

/// What random programs may be made of: a set. I is always in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extensions(u16);

/// What the machine has.
pub const MACHINE: Extensions = Extensions::ALL.without(Extensions::ZIFENCEI);

impl Extensions {
    pub const I: Self = Self(1);
    pub const M: Self = Self(1 << 1);
    pub const C: Self = Self(1 << 2);
    pub const A: Self = Self(1 << 3);
    /// Loads and stores at any address: Zicclsm.
    pub const MISALIGNED: Self = Self(1 << 4);
    /// Zba, Zbb, Zbs, Zbkb.
    pub const B: Self = Self(1 << 5);
    pub const ZICOND: Self = Self(1 << 6);
    /// FENCE.I.
    pub const ZIFENCEI: Self = Self(1 << 7);
    /// Not an extension: CTZW also of words whose low half is 0 and whose high half is not.
    pub const CTZW_OF_ANY: Self = Self(1 << 8);
    /// All of them.
    pub const ALL: Self = Self((1 << 9) - 1);

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of this set that the other does not have.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of the others are in this set.
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}
