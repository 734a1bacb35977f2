//! What the compiler says of a block beside its table: for those who check that the table is right. Nothing that is
//! proved or verified depends on it.

use std::collections::BTreeMap;

use dyad_machine::instr::Placed;
use dyad_machine::record::ImageCell;
use dyad_rules::shape::{NodeId as ShapeId, TableShape};

use crate::bits::Mask;
use crate::block::{cell, table};
use crate::circuit::{Circuit, Refused, compile};
use crate::graph::NodeId;
use crate::path::Path;
use crate::table::Table;

/// What an instruction came to, as nodes of the path's graph.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Made {
    /// What rd gets.
    pub result: Option<NodeId>,
    /// The cell of memory that it accesses.
    pub cell: Option<Cell>,
    /// What the cell gets.
    pub stored: Option<NodeId>,
}

/// The cell of memory that an instruction accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// One that the row takes from the bus, by number.
    Found(u32),
    /// A read-only one at this address, whose value is a constant of the row.
    Constant(u32),
}

/// Bits of a word, and the node of the table's shape that has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The node.
    pub node: ShapeId,
    /// The bits on which the row depends: others of the node may be anything.
    pub mask: Mask,
}

/// What is noted of an instruction.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// The instruction.
    pub placed: Placed,
    /// What rd gets, where the row depends on it.
    pub result: Option<Word>,
    /// The cell of memory that it accesses.
    pub cell: Option<Cell>,
    /// What the cell gets, where the row depends on it.
    pub stored: Option<Word>,
}

/// A block's table, and what the compiler says of it.
#[derive(Clone, Debug)]
pub struct Notes {
    /// The table: that of [`Block::rules`](crate::Block::rules).
    pub shape: TableShape,
    /// By instruction.
    pub steps: Vec<Note>,
    /// When each cell is put back, within the row's time, in the order of the row's messages.
    pub slots: Vec<u32>,
    /// Those cells that are constants of the row and read-only in the image, with their values there.
    pub constants: BTreeMap<u32, u64>,
}

impl Notes {
    /// Compiles a path as [`Block::new`](crate::Block::new) does.
    ///
    /// # Errors
    /// [`Refused`] where the path cannot be a row.
    pub fn new(path: &Path, program: &[Placed], image: &[ImageCell]) -> Result<Self, Refused> {
        let image = |address| cell(image, address);
        let circuit = compile(path, program, &image, &|a, b| path.below(a, b))?;
        let table = table(path, &circuit);
        let steps: Vec<Note> = (0..circuit.placed.len()).map(|at| note(&circuit, &table, at)).collect();
        let constants = steps.iter().filter_map(|step| match step.cell {
            Some(Cell::Constant(address)) => {
                let (value, read_only) = image(address)?;
                read_only.then_some((address, value))
            }
            _ => None,
        });
        Ok(Self {
            constants: constants.collect(),
            slots: circuit.openings.iter().map(|o| o.slot).collect(),
            shape: table.shape,
            steps,
        })
    }
}

/// What is noted of the instruction at a place of the path.
fn note(circuit: &Circuit, table: &Table, at: usize) -> Note {
    let made = circuit.made.get(at).copied().unwrap_or_default();
    let word = |node: NodeId| {
        let (node, mask) = table.words[node as usize]?;
        Some(Word { node, mask })
    };
    Note {
        placed: circuit.placed[at],
        result: made.result.and_then(word),
        cell: made.cell,
        stored: made.stored.and_then(word),
    }
}

#[cfg(test)]
mod tests {
    use dyad_program::Program;
    use dyad_program::testing::random::{MACHINE, random_program};

    use super::*;
    use crate::Block;

    /// As far as one instruction stands behind the other.
    fn straight(program: &[Placed], first: usize) -> Path {
        let mut instrs = vec![first as u32];
        while let Some(&last) = instrs.last()
            && let Ok(next) = program.binary_search_by_key(&program[last as usize].next, |p| p.pc)
            && instrs.len() < 6
        {
            instrs.push(next as u32);
        }
        Path { instrs, ..Path::default() }
    }

    #[test]
    fn notes_are_of_the_table_that_a_block_has() {
        let program = Program::from_elf(&random_program(5, 60, MACHINE)).expect("a program");
        let (instrs, image) = (program.instrs(), program.image());
        let mut results = 0;
        for path in (0..instrs.len()).map(|first| straight(instrs, first)) {
            let notes = Notes::new(&path, instrs, image);
            let block = Block::new(path.clone(), instrs, image);
            let Ok(block) = block else {
                assert_eq!(notes.unwrap_err(), block.unwrap_err());
                continue;
            };
            let notes = notes.expect("the path has a block");
            assert_eq!(notes.shape, block.rules().shape());
            assert!(path.instrs.iter().zip(&notes.steps).all(|(&i, step)| step.placed == instrs[i as usize]));
            assert_eq!(
                (notes.steps.len(), notes.slots.len()),
                (path.instrs.len(), block.pattern().cells.len())
            );
            for word in notes.steps.iter().flat_map(|step| [step.result, step.stored]).flatten() {
                assert!((word.node as usize) < notes.shape.nodes.len() && word.mask != 0);
                results += 1;
            }
        }
        assert!(results > 100, "{results} words");
    }
}
