//! Where everything lies: slabs of tables, and blocks stacked tallest first.
//!
//! A *slab* is 2^h rows of a table of which the first n are active. Blocks of 2^h values are
//! stacked tallest first, so that every block starts at a multiple of its size and the low h
//! coordinates of a point are a row point of every block. Prover and verifier derive the same
//! layout from the numbers of rows alone.

use alloc::vec::Vec;

use crate::check::demand;
use crate::error::get;
use crate::number::index;
use crate::{Error, Statement, System};

/// The most rows of one table, and of all tables together: each moves time on by 64 at most, and times have 32 bits.
pub const MAX_ROWS: u64 = (1 << 26) - 2;
/// The largest logarithm of a stack. The challenge of a bus of 2^28 messages a side is worth
/// 128 - 28 = 100 bits, and no other error that grows with sizes is larger; proof of work makes up for the rest.
pub const MAX_LOG: usize = 28;
/// Slabs have at least 2^3 rows: provers work on eight at a time.
pub const MIN_LOG_ROWS: usize = 3;
/// A table is cut into at most this many slabs.
pub const MAX_SLABS: usize = 6;
/// The logarithm of an oracle's index space is at least this: its lanes are folded at once.
pub const MIN_ORACLE_LOG: usize = crate::params::LANE_LOG;
/// Padding is at most the rows divided by this, or [`PADDING_ROWS`] rows, unless a table has its most slabs.
const PADDING: usize = 32;
/// So many rows of padding cost about what another slab costs.
const PADDING_ROWS: usize = 128;

/// What a layout is made with, for the digest of the rules.
pub(crate) const CONSTANTS: [usize; 5] = [MIN_LOG_ROWS, MAX_SLABS, MIN_ORACLE_LOG, PADDING_ROWS, PADDING];

/// Rows of one table, padded to a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slab {
    /// The table's index in the system.
    pub table: usize,
    /// The table's row that is row 0 of the slab.
    pub first: usize,
    /// Active rows.
    pub rows: usize,
    /// The logarithm of the rows with padding.
    pub log: usize,
}

/// 2^`log` consecutive values of a stack: one item (a pair of columns, a message, a constraint) of
/// one slab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Index of its first value in the stack, a multiple of 2^`log`.
    pub base: usize,
    /// Index of the slab.
    pub slab: usize,
    /// Index of the item within its table.
    pub item: usize,
    /// The slab's logarithm.
    pub log: usize,
}

/// Blocks laid out one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Stack {
    /// The blocks by increasing base.
    pub blocks: Vec<Block>,
    /// For each slab the first of its blocks, which are adjacent, and how many there are.
    pub slabs: Vec<(usize, usize)>,
    /// Values in use: the end of the last block.
    pub len: usize,
    /// The logarithm of the stack padded to a power of two.
    pub log: usize,
}

impl Stack {
    /// The blocks that belong to a slab: they are adjacent.
    pub fn of_slab(&self, slab: usize) -> &[Block] {
        let (start, count) = self.slabs.get(slab).copied().unwrap_or_default();
        self.blocks.get(start..start.saturating_add(count)).unwrap_or_default()
    }

    fn new(slabs: &[Slab], items: impl Fn(&Slab) -> usize, what: &'static str) -> Result<Self, Error> {
        let mut order: Vec<(usize, &Slab)> = slabs.iter().enumerate().collect();
        order.sort_by_key(|(_, s)| core::cmp::Reverse(s.log));
        let mut blocks = Vec::new();
        let mut of_slab: Vec<(usize, usize)> = slabs.iter().map(|_| (0, 0)).collect();
        let mut base = 0usize;
        for (slab, s) in order {
            if let Some(place) = of_slab.get_mut(slab) {
                *place = (blocks.len(), items(s));
            }
            for item in 0..items(s) {
                blocks.push(Block { base, slab, item, log: s.log });
                base = base.saturating_add(1 << s.log);
                demand(base <= 1 << MAX_LOG, Error::TooLarge { what, log: ceil_log(base), limit: MAX_LOG })?;
            }
        }
        Ok(Self { blocks, slabs: of_slab, len: base, log: ceil_log(base) })
    }
}

/// The smallest l with 2^l >= n; 0 for n = 0.
pub fn ceil_log(n: usize) -> usize {
    index(n.max(1).next_power_of_two().trailing_zeros())
}

/// Whose columns a committed vector has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The run's: the prover commits to them in each proof.
    Run,
    /// The program's, the fixed ones: the key has their commitment.
    Program,
}

/// A committed vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oracle {
    /// Whose columns it has.
    pub owner: Owner,
    /// The pairs of columns.
    pub pairs: Stack,
    /// Its first index in the joint index space: a multiple of its padded size.
    pub base: usize,
}

/// Everything about shapes that a proof with these numbers of rows has.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The slabs, by table.
    pub slabs: Vec<Slab>,
    /// The committed vectors, in the order of their columns: the run's first; the program's where a table
    /// has fixed columns.
    pub oracles: Vec<Oracle>,
    /// The logarithm of the joint index space of all of them.
    pub joint_log: usize,
    /// Messages put on the bus.
    pub pushes: Stack,
    /// Messages taken from the bus.
    pub pulls: Stack,
    /// The logarithm of the larger of the two, and at least that of the tallest slab.
    pub bus_log: usize,
    /// The AND constraints; their logarithm, too, is at least that of the tallest slab.
    pub ands: Stack,
    /// The products.
    pub products: Stack,
    /// The logarithm of the number of columns, all oracles together, at least 1: column 2i + k is half k
    /// of pair i of [`Layout::pairs`].
    pub column_log: usize,
}

impl Layout {
    /// The layout of a proof with `rows` rows of each table.
    ///
    /// # Errors
    /// [`Error::TooManyRows`] and [`Error::TooLarge`] beyond the limits.
    pub fn new(system: &System, rows: &[u32]) -> Result<Self, Error> {
        if rows.len() != system.tables.len() {
            return Err(Error::Internal("rows of every table"));
        }
        let mut slabs = Vec::new();
        let mut total = 0u64;
        for (table, (_, &n)) in system.tables.iter().zip(rows).enumerate() {
            total = total.saturating_add(u64::from(n));
            demand(total <= MAX_ROWS, Error::TooManyRows { table, rows: u64::from(n), limit: MAX_ROWS })?;
            cut(table, index(n), &mut slabs);
        }
        let count = |of: fn(&dyad_rules::forms::TableForms) -> usize| {
            move |s: &Slab| system.tables.get(s.table).map_or(0, |table| of(table))
        };
        let mut oracles = Vec::new();
        let stack = |of, what| Stack::new(&slabs, count(of), what);
        let run = stack(|t| t.committed.div_ceil(2), "the committed columns")?;
        let program = stack(|t| t.fixed.div_ceil(2), "the fixed columns")?;
        for (owner, mut pairs) in [(Owner::Run, run), (Owner::Program, program)] {
            if owner == Owner::Run || !pairs.blocks.is_empty() {
                pairs.log = pairs.log.max(MIN_ORACLE_LOG);
                oracles.push(Oracle { owner, pairs, base: 0 });
            }
        }
        let (bases, joint) = places(oracles.iter().map(|o| o.pairs.log));
        for (oracle, base) in oracles.iter_mut().zip(bases) {
            oracle.base = base;
        }
        let pushes = Stack::new(&slabs, count(|t| t.pushes.len()), "the bus")?;
        let pulls = Stack::new(&slabs, count(|t| t.pulls.len()), "the bus")?;
        let mut ands = Stack::new(&slabs, count(|t| t.ands.len()), "the AND constraints")?;
        // The low coordinates of the bus point and of the AND point are a row point of every slab, of
        // those too that have no message or no constraint.
        let tallest = slabs.iter().map(|s| s.log).max().unwrap_or(0);
        ands.log = ands.log.max(tallest);
        let products = Stack::new(&slabs, count(|t| t.products.len()), "the products")?;
        let pairs = oracles.iter().fold(0usize, |n, o| n.saturating_add(o.pairs.blocks.len()));
        Ok(Self {
            slabs,
            oracles,
            joint_log: ceil_log(joint),
            bus_log: pushes.log.max(pulls.log).max(tallest),
            pushes,
            pulls,
            ands,
            products,
            column_log: ceil_log(pairs.saturating_mul(2)).max(1),
        })
    }

    /// Checks that the bus is within its limit, the statement's messages included.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if either side has more than 2^[`MAX_LOG`] messages.
    pub fn check_bus(&self, statement: &Statement) -> Result<(), Error> {
        let sides = [(&self.pushes, &statement.pushes), (&self.pulls, &statement.pulls)];
        let messages = sides.map(|(s, m)| s.len.saturating_add(m.len())).into_iter().max().unwrap_or(0);
        let log = ceil_log(messages);
        demand(messages <= 1 << MAX_LOG, Error::TooLarge { what: "the bus", log, limit: MAX_LOG })
    }

    /// The committed vector with these columns; `None` where there are none.
    pub fn oracle(&self, owner: Owner) -> Option<&Oracle> {
        self.oracles.iter().find(|o| o.owner == owner)
    }

    /// All pairs of columns, in the order of columns, with the oracle that holds them.
    pub fn pairs(&self) -> impl Iterator<Item = (&Oracle, &Block)> {
        self.oracles.iter().flat_map(|o| o.pairs.blocks.iter().map(move |b| (o, b)))
    }

    /// The slab of a block.
    ///
    /// # Errors
    /// Never, for blocks of this layout.
    pub fn slab(&self, block: &Block) -> Result<&Slab, Error> {
        get(&self.slabs, block.slab, "slab of a block")
    }
}

/// Where parts of these logarithms lie in a common index space: the larger ones first, so that each lies at
/// a multiple of its size, those of the same size in their order. Also where the last one ends.
pub fn places(logs: impl Iterator<Item = usize>) -> (Vec<usize>, usize) {
    let logs: Vec<usize> = logs.collect();
    let mut order: Vec<(usize, usize)> = logs.iter().copied().enumerate().collect();
    order.sort_by_key(|&(_, log)| core::cmp::Reverse(log));
    let mut bases = logs;
    let mut end = 0usize;
    for (part, log) in order {
        if let Some(base) = bases.get_mut(part) {
            *base = end;
        }
        end = end.saturating_add(1 << log);
    }
    (bases, end)
}

/// Cuts `n` rows into slabs: full powers of two from the top, and a last one padded, as soon as
/// padding is little beside the rows of the whole table.
fn cut(table: usize, n: usize, slabs: &mut Vec<Slab>) {
    let (mut first, mut rest) = (0, n);
    for used in 1..=MAX_SLABS {
        if rest == 0 {
            return;
        }
        let up = ceil_log(rest).max(MIN_LOG_ROWS);
        let padding = (1usize << up).saturating_sub(rest);
        if used == MAX_SLABS || padding <= (n / PADDING).max(PADDING_ROWS) {
            slabs.push(Slab { table, first, rows: rest, log: up });
            return;
        }
        let down = up.saturating_sub(1);
        slabs.push(Slab { table, first, rows: 1 << down, log: down });
        first = first.saturating_add(1 << down);
        rest = rest.saturating_sub(1 << down);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn parts_lie_at_multiples_of_their_sizes() {
        let placed = |logs: &[usize]| places(logs.iter().copied());
        assert_eq!(placed(&[]), (vec![], 0));
        assert_eq!(placed(&[5]), (vec![0], 32));
        assert_eq!(placed(&[4, 4]), (vec![0, 16], 32));
        assert_eq!(placed(&[4, 6]), (vec![64, 0], 80));
        assert_eq!(placed(&[3, 6, 3, 4]), (vec![80, 0, 88, 64], 96));
    }

    #[test]
    fn slabs_cover_the_rows_with_little_padding() {
        for n in (0..5000).chain([1 << 20, (1 << 20) + 1, (1 << 20) + 70_000, 999_999]) {
            let mut slabs = Vec::new();
            cut(0, n, &mut slabs);
            assert_eq!(slabs.iter().map(|s| s.rows).sum::<usize>(), n);
            assert!(slabs.len() <= MAX_SLABS);
            let mut next = 0;
            for s in &slabs {
                assert_eq!(s.first, next);
                assert!(s.rows <= 1 << s.log && s.rows > 0 && s.log >= MIN_LOG_ROWS);
                next += s.rows;
            }
            let padded: usize = slabs.iter().map(|s| 1 << s.log).sum();
            assert!(padded - n <= (n / PADDING).max(PADDING_ROWS), "{n} rows padded to {padded}");
        }
    }
}
