//! Something for each register.

/// Slots: more than there are registers, so that a masked index needs no check.
const SLOTS: usize = 64;

/// A `T` for each register, by number.
pub(crate) struct Registers<T>([T; SLOTS]);

impl<T: Copy + Default> Default for Registers<T> {
    fn default() -> Self {
        Self([T::default(); SLOTS])
    }
}

impl<T: Copy> Registers<T> {
    #[inline(always)]
    pub fn get(&self, register: u8) -> T {
        self.0[usize::from(register) % SLOTS]
    }

    #[inline(always)]
    pub fn set(&mut self, register: u8, value: T) {
        self.0[usize::from(register) % SLOTS] = value;
    }
}
