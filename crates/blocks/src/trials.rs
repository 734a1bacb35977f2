//! Paths of random programs: what a block says against what the instructions did.

use std::collections::BTreeMap;

use dyad_executor::{Limits, record};
use dyad_machine::families::access::size;
use dyad_machine::instr::Placed;
use dyad_machine::list::{Kind, TABLE_IDS};
use dyad_machine::record::{Records, Step};
use dyad_machine::row::TIME_STEP;
use dyad_program::Program;
use dyad_program::testing::random::{MACHINE, random_program};
use dyad_rules::check::{Check, MessageValue};
use dyad_rules::data::DataTable;
use dyad_rules::harness::{Random, says_its_shape};

use crate::bits::ones;
use crate::circuit::{Circuit, Refused, compile};
use crate::demand::Demand;
use crate::gate::Kind as Output;
use crate::graph::Find;
use crate::path::{Path, Residue};
use crate::table::Table;

/// Cells and registers alike: what an access finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Register(u8),
    Cell(u32),
}

/// A recorded run, by time.
struct Run {
    program: Program,
    steps: Vec<Step>,
    /// Whether a step is in the table of its instruction's kind.
    plain: Vec<bool>,
    /// For each place the values that accesses found, by their times.
    found: BTreeMap<Place, BTreeMap<u32, u64>>,
    last: BTreeMap<Place, u64>,
}

impl Run {
    fn new(program: Program, records: &Records) -> Self {
        let mut found: BTreeMap<Place, BTreeMap<u32, u64>> = BTreeMap::new();
        let mut note = |place, time, value| {
            found.entry(place).or_default().insert(time, value);
        };
        let mut steps = Vec::new();
        for &table in TABLE_IDS {
            let further = &records.events.further[table];
            for (i, &step) in records.events.steps[table].iter().enumerate() {
                let instr = program.instrs()[step.instr as usize].instr;
                let accesses = instr.kind().accesses();
                let address = step.rs1.wrapping_add(instr.imm) as u32 & !7;
                if accesses.rs1 {
                    note(Place::Register(instr.rs1), step.time | 1, step.rs1);
                }
                if accesses.rs2 {
                    note(Place::Register(instr.rs2), step.time | 2, step.rs2);
                }
                if accesses.rd {
                    note(Place::Register(instr.rd), step.time | 3, step.rd_old);
                }
                if accesses.memory.cells() > 0 {
                    note(Place::Cell(address), step.time | 1, step.mem);
                }
                if let (Some(f), true) = (further.get(i), accesses.reservation) {
                    note(Place::Register(33), step.time | 1, f.reservation.value);
                }
                let plain = instr.kind().table() == Some(table);
                if let (Some(f), false) = (further.get(i), plain) {
                    let last = step.rs1.wrapping_add(instr.imm).wrapping_add(size(instr.op) - 1);
                    note(Place::Cell(last as u32 & !7), step.time | 2, f.cell.value);
                }
                steps.push((step, plain));
            }
            for call in &records.events.calls[table] {
                for (register, access) in [(17, call.a7), (10, call.a0), (11, call.a1), (12, call.a2)] {
                    note(Place::Register(register), call.time | 1, access.value);
                }
            }
            for copy in records.events.copies[table].iter().filter(|c| c.remaining > 0) {
                note(Place::Cell(copy.pointer & !7), copy.time | 1, copy.mem.value);
            }
        }
        steps.sort_by_key(|s| s.0.time);
        let registers = records.registers.iter().zip(0..).map(|(a, i)| (Place::Register(i), a.value));
        let cells = records.cells.iter().map(|c| (Place::Cell(c.address), c.last));
        let last = registers.chain(cells).collect();
        let (steps, plain) = steps.into_iter().unzip();
        Self { program, steps, plain, found, last }
    }

    /// What a place holds at a time.
    fn value(&self, place: Place, time: u32) -> u64 {
        let later = self.found.get(&place).and_then(|f| f.range(time..).next());
        later.map_or_else(|| self.last.get(&place).copied().unwrap_or(0), |(_, &value)| value)
    }

    fn image(&self, address: u32) -> Option<(u64, bool)> {
        let image = self.program.image();
        let found = image.binary_search_by_key(&address, |c| c.address).ok()?;
        Some((image[found].value, image[found].read_only))
    }

    fn placed(&self, step: usize) -> Placed {
        self.program.instrs()[self.steps[step].instr as usize]
    }
}

/// A window of a run as a path, with the addresses of its accesses.
fn path(run: &Run, first: usize, length: usize, random: &mut Random) -> (Path, Vec<u32>) {
    let mut path = Path::default();
    let mut addresses: Vec<u32> = Vec::new();
    for i in first..first + length {
        let step = run.steps[i];
        let instr = run.placed(i).instr;
        path.instrs.push(step.instr);
        if instr.kind().accesses().memory.cells() > 0 {
            let access = addresses.len() as u32;
            let address = step.rs1.wrapping_add(instr.imm) as u32;
            let bits = [0, 1, 3, 3, 3, 4][random.below(6)];
            path.residues.push(Residue { access, bits, value: (address & ((1 << bits) - 1)) as u16 });
            let reads = matches!(instr.kind(), Kind::Load | Kind::LoadReserved);
            if reads && step.rs2 & 1 == 1 {
                path.read_only.push(access);
            }
            addresses.push(address);
        }
    }
    if random.below(2) == 0 {
        for (i, &a) in addresses.iter().enumerate() {
            let below = addresses.iter().enumerate().filter(|(_, b)| (a & !7) < (**b & !7));
            path.below.extend(below.map(|(j, _)| [i as u32, j as u32]));
        }
    }
    (path, addresses)
}

/// The messages of a side that a block should have.
fn expected(run: &Run, circuit: &Circuit, first: usize, length: usize, time: u32) -> [Vec<MessageValue>; 2] {
    let begin = run.steps[first].time;
    let end = run.steps[first + length - 1].time + TIME_STEP as u32;
    let halves = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    let next = run.steps.get(first + length).map_or(0, |s| s.pc);
    let mut pulls = vec![[1, halves(run.steps[first].pc, time), 0, 0, 0]];
    let mut pushes = vec![[1, halves(next, time + TIME_STEP as u32), 0, 0, 0]];
    for &register in &circuit.registers {
        let place = Place::Register(register);
        pulls.push([3, halves(register.into(), 7), run.value(place, begin), 0, 0]);
        pushes.push([3, halves(register.into(), time), run.value(place, end), 0, 0]);
    }
    for opening in &circuit.openings {
        let access = &circuit.accesses[opening.access as usize];
        let step = run.steps[first + access.at as usize];
        let address = step.rs1.wrapping_add(run.placed(first + access.at as usize).instr.imm) as u32 & !7;
        let place = address | u32::from(opening.read_only);
        pulls.push([4, halves(place, 7), step.mem, 0, 0]);
        // Left with the value that the next opening of the cell, or the rest of the run, finds.
        let later = circuit.openings.iter().filter(|o| {
            let at = first + circuit.accesses[o.access as usize].at as usize;
            let there = run.steps[at].rs1.wrapping_add(run.placed(at).instr.imm) as u32 & !7;
            there == address && o.slot > opening.slot
        });
        let left = match later.min_by_key(|o| o.slot) {
            Some(o) => run.steps[first + circuit.accesses[o.access as usize].at as usize].mem,
            None => run.value(Place::Cell(address), end),
        };
        pushes.push([4, halves(place, time | opening.slot), left, 0, 0]);
    }
    [pushes, pulls]
}

/// Whether each pair of roots that has to be in order is.
fn in_order(circuit: &Circuit, addresses: &[u32]) -> bool {
    let of_root = |access: u32| {
        let root = circuit.accesses[access as usize].root;
        let same = circuit.accesses.iter().zip(addresses).filter(move |(a, _)| a.root == root);
        same.map(|(_, &address)| address & !7)
    };
    circuit.below.iter().all(|&[low, high]| of_root(low).max() < of_root(high).min())
}

fn try_window(run: &Run, first: usize, length: usize, random: &mut Random) -> Option<Table> {
    let (path, addresses) = path(run, first, length, random);
    let image = |address| run.image(address);
    let circuit = match compile(&path, run.program.instrs(), &image, &|a, b| path.below(a, b)) {
        Ok(circuit) => circuit,
        Err(Refused::Slots) => return None,
        Err(e) => panic!("{e}: {path:?}"),
    };
    let begin = run.steps[first].time;
    let time = [64, 0x1000, u32::MAX - 127][random.below(3)];
    let step_of = |opening: u32| {
        let access = circuit.openings[opening as usize].access;
        run.steps[first + circuit.accesses[access as usize].at as usize]
    };
    let found = |find| match find {
        Find::Time => time.into(),
        Find::Register(r) => run.value(Place::Register(r), begin),
        Find::RegisterTime(_) | Find::CellTime(_) => 7,
        Find::Cell(k) => step_of(k).mem,
    };
    let values = circuit.graph.values(found);
    if !circuit.holds(&values) {
        assert!(!in_order(&circuit, &addresses), "{path:?}");
        return None;
    }
    let [pushes, pulls] = expected(run, &circuit, first, length, time);
    let show = || -> Vec<String> {
        (first..first + length).map(|i| format!("{:x} {}", run.placed(i).pc, run.placed(i).instr)).collect()
    };
    assert_eq!(Circuit::messages(&circuit.pulls, &values), pulls, "{:#?} {path:?}", show());
    let mut said = Circuit::messages(&circuit.pushes, &values);
    if first + length == run.steps.len() {
        said[0][1] &= !0xffff_ffff;
    }
    assert_eq!(said, pushes, "{:#?} {path:?}", show());
    let table = Table::of(&circuit, [0, 1, 3, 8, 32, 1000][random.below(6)]);
    let row = table.row(&values);
    let honest = table.read(&row);
    assert!(honest.broken.is_empty(), "{:?} {:#?} {path:?}", honest.broken, show());
    assert_eq!((&honest.pushes, &honest.pulls), (&Circuit::messages(&circuit.pushes, &values), &pulls));
    says_its_shape(&table.shape, &DataTable::new(table.shape.clone()), random);
    if length <= 8 {
        flip(&table, &row, &honest);
        lie(&circuit, &table, &found, &honest);
    }
    Some(table)
}

/// Flips every committed bit: an equation breaks, or the row takes other messages. Bits that are free change nothing.
fn flip(table: &Table, row: &[u64], honest: &Check<'_>) {
    let mut row = row.to_vec();
    for word in 0..row.len() {
        for bit in 0..64 {
            row[word] ^= 1 << bit;
            let flipped = table.read(&row);
            let same = flipped.pulls == honest.pulls && flipped.broken.is_empty();
            let free = table.shape.committed[word].free >> bit & 1 == 1;
            assert_eq!(same, free, "bit {bit} of word {word}");
            assert!(!free || flipped.pushes == honest.pushes);
            row[word] ^= 1 << bit;
        }
    }
}

/// Makes every bit of every gate wrong, with all that follows from it: an equation breaks. Where one bit of one equation
/// alone stands against it, a table without it would let the row say something else.
fn lie(circuit: &Circuit, table: &Table, found: &dyn Fn(Find) -> u64, honest: &Check<'_>) {
    let demand = Demand::of(circuit);
    for (gate, id) in circuit.graph.gates.iter().zip(0..) {
        for bit in ones(demand.committed[gate.own as usize] | gate.forced.at) {
            let values = circuit.graph.values_with_lie(found, Some((id, bit)));
            let row = table.row(&values);
            let said = table.read(&row);
            if gate.forced.at >> bit & 1 == 1 {
                // It is a constant of the row: the row is as it was, but for what followed.
                continue;
            }
            let same = said.pushes == honest.pushes && said.pulls == honest.pulls;
            assert!(!said.broken.is_empty() || gate.kind == Output::Quotient && same, "{gate:?} bit {bit}");
        }
    }
}

#[test]
fn blocks_say_what_instructions_do() {
    let mut random = Random(7);
    for seed in 0..30 {
        let elf = random_program(seed, 120, MACHINE);
        let program = Program::from_elf(&elf).expect("a program");
        let input: Vec<u8> = (0..=255).collect();
        let Ok((_, records)) = record(&program, &input, Limits::default()) else { continue };
        let run = Run::new(program, &records);
        for _ in 0..40 {
            let first = random.below(run.steps.len());
            // As far as instructions follow one another in their own tables.
            let most = [1, 2, 5, 30, 100][random.below(5)];
            let mut length = 0;
            while length < most
                && first + length < run.steps.len()
                && run.plain[first + length]
                && (length == 0
                    || run.steps[first + length].time
                        == run.steps[first + length - 1].time + TIME_STEP as u32)
            {
                length += 1;
            }
            // The instruction after the path says where it led.
            let follows = |n: usize| {
                run.steps
                    .get(first + n)
                    .is_some_and(|s| s.time == run.steps[first + n - 1].time + TIME_STEP as u32)
            };
            while length > 0 && !follows(length) {
                length -= 1;
            }
            if length > 0 {
                try_window(&run, first, length, &mut random);
            }
        }
    }
}
