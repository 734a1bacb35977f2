//! A path through a program, and what a block takes for granted of memory.

/// A path, by the instructions on it, and what is taken for granted of its accesses of memory. Accesses are numbered
/// along the path, from 0: one for each instruction that accesses memory.
///
/// What is taken for granted is asserted: a row of the block exists only where it holds. A run that is otherwise goes
/// by rows of single instructions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// The indices of its instructions in the program's list, each where the one before leads.
    pub instrs: Vec<u32>,
    /// What is known of the addresses of some accesses, by increasing access. Others that have the same base follow.
    pub residues: Vec<Residue>,
    /// The accesses that find a read-only cell, increasing.
    pub read_only: Vec<u32>,
    /// Pairs of accesses, increasing, each the first of its base: the cells that the first one's base leads to on this
    /// path are all below those of the second one's.
    pub below: Vec<[u32; 2]>,
    /// The most terms that a word may have which is used again, before it is committed to: fewer words of longer forms.
    /// 0 for what is usual.
    pub most_terms: u16,
}

/// The low bits of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Residue {
    /// The access.
    pub access: u32,
    /// How many bits are known, 0 to 12.
    pub bits: u8,
    /// What they are.
    pub value: u16,
}

impl Path {
    /// Whether all cells of the root of one access are below those of another's, or above.
    pub(crate) fn below(&self, a: u32, b: u32) -> Option<bool> {
        let listed = |pair: [u32; 2]| self.below.binary_search(&pair).is_ok();
        if listed([a, b]) { Some(true) } else { listed([b, a]).then_some(false) }
    }

    /// What is known of the address of an access: bits and value, none if nothing is listed.
    pub(crate) fn residue(&self, access: u32) -> (u8, u16) {
        let found = self.residues.binary_search_by_key(&access, |r| r.access);
        found.map_or((0, 0), |i| (self.residues[i].bits, self.residues[i].value))
    }
}
