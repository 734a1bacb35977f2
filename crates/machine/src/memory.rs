//! First and last values of all cells: program, registers, image and other RAM.
//!
//! Every access of a cell takes it from the bus with an earlier time and puts it back with its own.
//! Somebody must put it there first, at time 0, exactly once, and take it at the end: for registers
//! the verifier and [`Registers`], for all else the tables here.
//!
//! RAM cells get unique first values by order: [`Image`] and [`Ram`] rows form one chain of
//! increasing addresses. Each takes the address before its own as an [`Message::Order`], puts its
//! own, and proves that it is greater. The verifier puts the start and takes the end
//! ([`crate::statement`]). Since addresses grow along it, the chain has no cycles, and every row is
//! on the one path from start to end. The end is the top cell, which always has a row.

use dyad_rules::{LOW, Rules, Table};

use crate::message::{Message, pull, push};
use crate::record::{Access, Cell};
use crate::row::halves;
use crate::statement::CHAIN_START;

/// An instruction of the program and the time of its last fetch, 0 if there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Its address.
    pub pc: u32,
    /// First word of its cell.
    pub w0: u64,
    /// Second word of its cell.
    pub w1: u32,
    /// The time of the last fetch.
    pub last_time: u32,
}

/// The table of the program's cells: a row an instruction, fixed but for the times.
pub struct Program;

impl Table for Program {
    type Event = Fetched;
    const NAME: &'static str = "program";

    /// 1 committed word, 2 fixed ones, no constraint.
    fn rules<R: Rules>(r: &mut R, event: &Fetched) {
        let w0 = r.fixed("instruction 0", || event.w0);
        let word = r.fixed("instruction 1 | pc", || halves(event.w1, event.pc));
        let (w1, pc) = (word & LOW, word >> 32);
        let last = r.commit_with_free("last fetch", !LOW, || u64::from(event.last_time)) & LOW;
        push(r, Message::Program { at: pc, w0, w1 });
        pull(r, Message::Program { at: pc ^ (last << 32), w0, w1 });
    }
}

/// A register and its last access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastRegister {
    /// Its index, 0..=33.
    pub index: u8,
    /// Its value and the time of its last access.
    pub last: Access,
}

/// The table of the registers' last values, a row each, in any order: the verifier puts each
/// register on the bus once, so that exactly one row can take it.
pub struct Registers;

impl Table for Registers {
    type Event = LastRegister;
    const NAME: &'static str = "registers";

    /// 2 committed words, no constraint.
    fn rules<R: Rules>(r: &mut R, event: &LastRegister) {
        let at = r.commit("register | last access", || halves(u32::from(event.index), event.last.prev));
        let value = r.commit("last value", || event.last.value);
        pull(r, Message::Register { at, value });
    }
}

/// A RAM cell and the address of the one before it in the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chained {
    /// The cell.
    pub cell: Cell,
    /// The greatest smaller address of the chain.
    pub previous: u32,
}

/// The cell at index `i` of a run's cells, with its predecessor.
pub(crate) fn link(cells: &[Cell], i: usize) -> Chained {
    let previous = if i == 0 { CHAIN_START } else { cells[i - 1].address };
    Chained { cell: cells[i], previous }
}

/// Proves `previous < address` (both in the low half, high halves zero) and chains them; in the high
/// half of the same constraint, that the word `zero` (in the high half) is 0. `carries` holds the
/// carries of `address + !previous` in its low half, the top one free: it is the constant 1.
fn order<R: Rules>(r: &mut R, previous: R::Word, address: R::Word, carries: R::Word, zero: R::Word) {
    const TOP: u64 = 1 << 31;
    let c = (carries & (LOW & !TOP)) ^ r.constant(TOP);
    let into = (c << 1) & LOW;
    let all = r.constant(u64::MAX);
    r.assert_and("order", address ^ into ^ zero, previous ^ all ^ into, c ^ into);
    pull(r, Message::Order(previous));
    push(r, Message::Order(address));
}

/// The carries of `address + !previous`, without the top one.
fn order_carries(c: &Chained) -> u32 {
    let carries =
        dyad_rules::gadgets::carries(u64::from(c.cell.address), u64::from(!c.previous), false) as u32;
    carries & !(1 << 31)
}

/// The table of the cells that the program's image defines: a row a cell.
pub struct Image;

impl Table for Image {
    type Event = Chained;
    const NAME: &'static str = "image";

    /// 3 committed words, 2 fixed ones, 1 constraint. The high half of "carries" and its bit 31 are
    /// not used.
    fn rules<R: Rules>(r: &mut R, event: &Chained) {
        let cell = event.cell;
        let place = r.fixed("address | read-only", || u64::from(cell.address | u32::from(cell.read_only)));
        let first = r.fixed("first value", || cell.first);
        let value = r.commit("last value", || cell.last);
        let word = r.commit("previous | last access", || halves(event.previous, cell.last_time));
        let carries = r.commit_with_free("carries", !(LOW >> 1), || u64::from(order_carries(event)));
        push(r, Message::Ram { at: place, value: first });
        pull(r, Message::Ram { at: place ^ (word & !LOW), value });
        let zero = r.constant(0);
        order(r, word & LOW, place & !1, carries, zero);
    }
}

/// The table of other cells of RAM, which start as zero and are writable.
pub struct Ram;

impl Table for Ram {
    type Event = Chained;
    const NAME: &'static str = "ram";

    /// 3 committed words, 1 constraint.
    fn rules<R: Rules>(r: &mut R, event: &Chained) {
        let cell = event.cell;
        let addresses = r.commit("previous | address", || halves(event.previous, cell.address));
        let value = r.commit("last value", || cell.last);
        let word = r.commit_with_free("carries | last access", 1 << 31, || {
            halves(order_carries(event), cell.last_time)
        });
        let address = addresses >> 32;
        let zero = r.constant(0);
        push(r, Message::Ram { at: address, value: zero });
        pull(r, Message::Ram { at: address ^ (word & !LOW), value });
        // An address that is no multiple of 8 could be one cell under two names, or a read-only
        // one.
        order(r, addresses & LOW, address, word, (address & 7) << 32);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use dyad_rules::check::MessageValue;
    use dyad_rules::harness::{self, Exempt, Random, Trial};

    use super::*;
    use crate::instr::RAM_TOP;
    use crate::testing::determined;

    fn values(m: impl IntoIterator<Item = Message<u64>>) -> Vec<MessageValue> {
        m.into_iter().map(Message::value).collect()
    }

    #[test]
    fn program() {
        let mut random = Random(41);
        let events: Vec<_> = (0..64u32)
            .map(|i| Fetched {
                pc: [0x1000 + 4 * i, 0xffff_fff8][i as usize % 2],
                w0: random.word(),
                w1: random.word() as u32,
                last_time: [0, 64, 0xffff_ffc0, random.word() as u32 & !63][i as usize % 4],
            })
            .collect();
        // The whole cell is fixed, but for the time.
        let trial =
            Trial::<Program> { determined: |_| [0, LOW, u64::MAX, u64::MAX, 0], ..Trial::of(&events) };
        for (e, said) in events.iter().zip(trial.run()) {
            let program = |time: u32| Message::Program { at: halves(e.pc, time), w0: e.w0, w1: e.w1.into() };
            let expected = harness::net(values([program(0)]), values([program(e.last_time)]));
            assert_eq!((said.pushes, said.pulls), expected, "{e:x?}");
        }
    }

    #[test]
    fn registers() {
        let mut random = Random(42);
        let mut access = || Access { value: random.operand(), prev: random.word() as u32 };
        let events: Vec<_> = (0..34).map(|index| LastRegister { index, last: access() }).collect();
        for (e, said) in events.iter().zip(harness::all::<Registers>(&events, &[])) {
            let at = halves(e.index.into(), e.last.prev);
            let expected = values([Message::Register { at, value: e.last.value }]);
            assert_eq!((said.pushes, said.pulls), (Vec::new(), expected), "{e:x?}");
        }
    }

    fn chained(read_only: bool, zero: bool, random: &mut Random) -> Vec<Chained> {
        let places = [
            (0x1000, 0xff8),
            (RAM_TOP as u32, 0xffff_fff0),
            (RAM_TOP as u32, 0xff8),
            (0x8000_0000, 0x7fff_fff8),
        ];
        let one = |i: usize| {
            let (address, previous) = places.get(i).copied().unwrap_or_else(|| {
                let address = random.word() as u32 & !7 | 8;
                (address, (random.word() % u64::from(address)) as u32 & !7)
            });
            let first = if zero { 0 } else { random.operand() };
            let (last, last_time) = [(first, 0), (random.operand(), random.word() as u32)][i % 2];
            let read_only = read_only && i.is_multiple_of(3);
            Chained { cell: Cell { address, read_only, first, last, last_time }, previous }
        };
        (0..64).map(one).collect()
    }

    fn wrong(events: &[Chained], random: &mut Random) -> Vec<Chained> {
        let with = |e: &Chained, previous: u32| Chained { previous, ..*e };
        events
            .iter()
            .flat_map(|e| {
                let a = e.cell.address;
                let later = a.saturating_add(8 * (random.word() % 99) as u32 + 8);
                [with(e, a), with(e, later), with(e, RAM_TOP as u32)]
            })
            .collect()
    }

    fn expected(e: &Chained) -> (Vec<MessageValue>, Vec<MessageValue>) {
        let c = e.cell;
        let at = |time| halves(c.address | u32::from(c.read_only), time);
        harness::net(
            values([Message::Ram { at: at(0), value: c.first }, Message::Order(c.address.into())]),
            values([Message::Ram { at: at(c.last_time), value: c.last }, Message::Order(e.previous.into())]),
        )
    }

    #[test]
    fn image() {
        let mut random = Random(43);
        let events = chained(true, false, &mut random);
        let refused = wrong(&events, &mut random);
        let exempt = [Exempt {
            constraint: "order",
            bits: !LOW,
            reason: "it says that the high half of a fixed word is 0, as the key makes it",
        }];
        let determined = determined::places;
        let trial = Trial::<Image> { refused: &refused, determined, exempt: &exempt, ..Trial::of(&events) };
        for (e, said) in events.iter().zip(trial.run()) {
            assert_eq!((said.pushes, said.pulls), expected(e), "{e:x?}");
        }
    }

    #[test]
    fn other_ram() {
        let mut random = Random(44);
        let events = chained(false, true, &mut random);
        let mut refused = wrong(&events, &mut random);
        // Addresses that are not multiples of 8.
        refused.extend(events.iter().zip(0..).map(|(e, i)| {
            let address = e.cell.address | (1 + i % 7);
            Chained { cell: Cell { address, ..e.cell }, ..*e }
        }));
        let chosen = &["previous | address"];
        let determined = determined::places;
        let trial = Trial::<Ram> { refused: &refused, chosen, determined, ..Trial::of(&events) };
        for (e, said) in events.iter().zip(trial.run()) {
            assert_eq!((said.pushes, said.pulls), expected(e), "{e:x?}");
        }
    }

    #[test]
    fn a_chain_starts_below_ram_and_links_neighbors() {
        let cells = [0x1000, 0x1008, RAM_TOP as u32].map(|address| Cell { address, ..Cell::default() });
        let previous: Vec<_> = (0..3).map(|i| link(&cells, i).previous).collect();
        assert_eq!(previous, [0xff8, 0x1000, 0x1008]);
    }
}
