//! The blocks of a program.

use std::sync::Arc;

use dyad_machine::block::{BlockRows, Pattern};
use dyad_machine::instr::Placed;
use dyad_machine::record::ImageCell;
use dyad_rules::data::DataTable;
use dyad_rules::forms::TableForms;
use dyad_rules::{Rows, TableRules};
use rayon::prelude::*;

use crate::circuit::{Circuit, Refused, compile};
use crate::cost::of_rows;
use crate::fill::Filler;
use crate::list;
use crate::path::Path;
use crate::table::{LONG, Table};

/// A path with a table of its own.
#[derive(Clone, Debug)]
pub struct Block {
    /// The path.
    pub path: Path,
    pattern: Pattern,
    rules: DataTable,
    forms: TableForms,
    filler: Filler,
    /// What the rows of its instructions would cost.
    pub(crate) single: f64,
}

/// What a row of a block costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Committed words.
    pub words: usize,
    /// Messages, both ways.
    pub messages: usize,
    /// AND constraints.
    pub ands: usize,
    /// Products.
    pub products: usize,
    /// Terms of the table's forms.
    pub terms: usize,
}

impl Block {
    /// Compiles a path of a program, the instructions in their places, with this image.
    ///
    /// # Errors
    /// [`Refused`] where the path cannot be a row.
    pub fn new(path: Path, program: &[Placed], image: &[ImageCell]) -> Result<Self, Refused> {
        let cell = |address| cell(image, address);
        let circuit = compile(&path, program, &cell, &|a, b| path.below(a, b))?;
        Self::of(path, &circuit)
    }

    /// The block of a path's circuit.
    ///
    /// # Errors
    /// [`Refused::Large`] where no key can carry its table.
    pub(crate) fn of(path: Path, circuit: &Circuit) -> Result<Self, Refused> {
        let table = table(&path, circuit);
        let forms = TableForms::with(&table.shape, &table.forms);
        if !forms.fits_a_key() {
            return Err(Refused::Large);
        }
        Ok(Self {
            pattern: circuit.pattern(&path),
            filler: Filler::new(circuit, &table),
            forms,
            single: of_rows(&circuit.placed),
            rules: DataTable::new(table.shape),
            path,
        })
    }

    /// What an executor has to know.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The table's rules.
    pub fn rules(&self) -> &dyn TableRules {
        &self.rules
    }

    /// The table's forms.
    pub fn forms(&self) -> &TableForms {
        &self.forms
    }

    /// The rows of what was recorded.
    pub fn rows<'a>(&'a self, records: &'a BlockRows) -> impl Rows + 'a {
        self.filler.rows(records)
    }

    /// What a row costs.
    pub fn size(&self) -> Size {
        Size {
            words: self.forms.committed,
            messages: self.forms.pushes.len() + self.forms.pulls.len(),
            ands: self.forms.ands.len(),
            products: self.forms.products.len(),
            terms: self.forms.terms(),
        }
    }
}

/// The table of a path's circuit.
pub(crate) fn table(path: &Path, circuit: &Circuit) -> Table {
    let most = if path.most_terms == 0 { LONG } else { usize::from(path.most_terms) };
    let mut table = Table::of(circuit, most);
    table.shape.name = format!("block {:#x}+{}", circuit.placed[0].pc, path.instrs.len()).into();
    table
}

/// The cell of an image at an address: its value, and whether it is read-only.
pub(crate) fn cell(image: &[ImageCell], address: u32) -> Option<(u64, bool)> {
    let found = image.binary_search_by_key(&address, |c| c.address).ok()?;
    Some((image[found].value, image[found].read_only))
}

/// All blocks of a program, in their order.
#[derive(Clone, Debug, Default)]
pub struct Blocks(Arc<[Block]>);

impl Blocks {
    /// These.
    pub fn new(blocks: Vec<Block>) -> Self {
        Self(blocks.into())
    }

    /// Compiles paths of a program.
    ///
    /// # Errors
    /// As [`Block::new`], and [`Refused::Twice`] where paths have the same instructions, with the path's place in the list.
    pub fn compile(
        paths: Vec<Path>,
        program: &[Placed],
        image: &[ImageCell],
    ) -> Result<Self, (usize, Refused)> {
        list::check(&paths, program)?;
        // On all threads, one at a time since some are much longer than others; but in their order, and the first that is
        // refused is the one that is named.
        let blocks = paths.into_par_iter().with_max_len(1).map(|path| Block::new(path, program, image));
        let blocks = blocks.collect::<Vec<_>>().into_iter().enumerate();
        let blocks = blocks.map(|(i, block)| block.map_err(|refused| (i, refused)));
        Ok(Self::new(blocks.collect::<Result<_, _>>()?))
    }

    /// The list.
    pub fn list(&self) -> &[Block] {
        &self.0
    }
}
