//! The blocks of a program, as they are shown.

use std::{collections::BTreeSet, path::Path};

use dyad::{Block, Lines, Program, Run};
use serde_json::{Value, json};

use crate::{
    check::Checked,
    report::{self, Report, number, size},
};

/// Files that a path goes through are named from this part of its instructions on.
const NAMED: f64 = 0.1;
/// So many characters of a function's name are shown, from its end.
const NAME: usize = 60;
/// So many files are named beside the one where a path begins.
const FILES: usize = 3;

/// What is told of each block: what `dyad inspect` tells of a key's, and more.
const HEAD: [&str; 9] =
    ["block", "instructions", "words", "constraints", "products", "messages", "terms", SHARE, "gain"];
/// The part of all cycles that is in the block.
const SHARE: &str = "of cycles";

/// What of some runs is in a program's blocks.
pub struct Runs {
    /// Their cycles.
    cycles: u64,
    /// Those of the longest.
    longest: u64,
    /// Their rows of each block.
    rows: Vec<u64>,
}

impl Runs {
    /// No runs so far.
    pub fn of(program: &Program) -> Self {
        Self { cycles: 0, longest: 0, rows: vec![0; program.blocks().list().len()] }
    }

    /// One more.
    pub fn add(&mut self, run: &Run) {
        self.cycles += run.cycles;
        self.longest = self.longest.max(run.cycles);
        for (name, rows) in &run.tables {
            let block = name.strip_prefix("block ").and_then(|n| n.parse::<usize>().ok());
            if let Some(sum) = block.and_then(|block| self.rows.get_mut(block)) {
                *sum += rows;
            }
        }
    }

    /// The cycles of the longest.
    pub fn longest(&self) -> u64 {
        self.longest
    }

    /// The part of all cycles that is rows of a block.
    fn share(&self, block: usize, instructions: usize) -> f64 {
        (self.rows[block] * instructions as u64) as f64 / self.cycles.max(1) as f64
    }
}

/// A block, with what is told of it.
struct Listed<'p> {
    index: usize,
    block: &'p Block,
    pc: u32,
    /// Where its path begins.
    location: String,
    /// The same without source lines.
    function: String,
    lines: Vec<Lines>,
    /// How many times less a row costs than those of its instructions.
    gain: f64,
}

/// The blocks of a program, those that most of runs is in first.
pub struct Listing<'p> {
    program: &'p Program,
    runs: Option<&'p Runs>,
    blocks: Vec<Listed<'p>>,
    /// What their comparison with their instructions found, where they were compared.
    checked: Option<&'p Checked>,
    /// Whether the program has other ones than before; `None` where it was not tuned.
    changed: Option<bool>,
}

impl<'p> Listing<'p> {
    /// Those of a program, with what of some runs is in them.
    pub fn new(program: &'p Program, runs: Option<&'p Runs>) -> Self {
        let details = program.details();
        let symbols = details.symbols();
        let listed = |(index, block): (usize, &'p Block)| {
            let pc = |&i: &u32| details.instrs()[i as usize].pc;
            let first = pc(&block.path.instrs[0]);
            let location = symbols.location(u64::from(first));
            let mut seen = BTreeSet::new();
            let pcs = block.path.instrs.iter().map(pc).filter(|&pc| seen.insert(pc));
            Listed {
                index,
                block,
                pc: first,
                function: location.function().to_string(),
                location: location.to_string(),
                lines: symbols.lines(pcs.map(u64::from)),
                gain: block.gain(),
            }
        };
        let mut blocks: Vec<_> = program.blocks().list().iter().enumerate().map(listed).collect();
        if let Some(runs) = runs {
            let share = |b: &Listed<'_>| runs.share(b.index, b.block.path.instrs.len());
            blocks.sort_by(|a, b| share(b).total_cmp(&share(a)));
        }
        Self { program, runs, blocks, checked: None, changed: None }
    }

    /// The same, when they were compared with their instructions and put into the program's file, in the place of others
    /// or of the same.
    pub fn written(self, checked: Option<&'p Checked>, changed: bool) -> Self {
        Self { checked, changed: Some(changed), ..self }
    }

    /// Prints them for people.
    pub fn print(&self, file: &Path, to_stderr: bool) {
        let terms: usize = self.blocks.iter().map(|b| b.block.size().terms).sum();
        let mut report = Report::default();
        report
            .title(format_args!("{}: {}", file.display(), blocks(self.blocks.len())))
            .fact("terms", number(terms as u64))
            .fact("in a key", size(self.program.block_key_bytes() as u64));
        match self.changed {
            Some(true) => {
                report.fact("key", "another one than before: verifiers need it, as `dyad key` makes it")
            }
            Some(false) => report.fact("key", "the same as before"),
            None => &mut report,
        };
        if let Some(gain) = self.gain() {
            report.fact("gain", gain);
        }
        if let Some(checked) = self.checked {
            report.fact("checked", checked);
        }
        if !self.blocks.is_empty() {
            let lines = self.blocks.iter().map(|b| (self.cells(b), Some(b.place()))).collect::<Vec<_>>();
            let head: Vec<&str> = HEAD.into_iter().filter(|&name| self.shows(name)).collect();
            report.table_with_remarks(&head, &lines);
        }
        report.print(to_stderr);
    }

    /// Whether blocks are listed with this of [`HEAD`]: parts of runs where there are runs.
    fn shows(&self, name: &str) -> bool {
        self.runs.is_some() || name != SHARE
    }

    fn cells(&self, b: &Listed<'_>) -> Vec<String> {
        let (cost, instructions) = (b.block.size(), b.block.path.instrs.len());
        let share = self.runs.map(|runs| format!("{:.1}%", 100.0 * runs.share(b.index, instructions)));
        let counts = [cost.words, cost.ands, cost.products, cost.messages, cost.terms];
        let mut cells = vec![format!("block {}", b.index), number(instructions as u64)];
        cells.extend(counts.iter().map(|&n| number(n as u64)));
        cells.extend(share.into_iter().chain([format!("{:.1}", b.gain)]));
        cells
    }

    /// What was gained in the runs, in words.
    pub fn gain(&self) -> Option<String> {
        let runs = self.runs?;
        let sum = |of: &dyn Fn(&Listed<'_>) -> f64| -> f64 {
            self.blocks.iter().map(|b| runs.rows[b.index] as f64 * of(b)).sum()
        };
        let instructions = sum(&|b| b.block.path.instrs.len() as f64);
        let cost = sum(&|b| b.block.size().cost());
        let single = sum(&|b| b.gain * b.block.size().cost());
        let cycles = number(runs.cycles);
        if cost == 0.0 {
            return Some(format!("none: nothing of {cycles} cycles is in blocks, as no table would pay"));
        }
        let share = instructions / runs.cycles.max(1) as f64;
        // The rest goes by rows that cost about what rows of those in blocks would.
        let rest = single * (1.0 - share) / share;
        let all = (single + rest) / (cost + rest);
        let (inside, share) = (single / cost, 100.0 * share);
        Some(format!("{all:.1} times; {inside:.1} in blocks, which have {share:.1}% of {cycles} cycles"))
    }

    /// Prints them as one JSON object.
    pub fn print_json(&self) {
        let blocks: Vec<Value> = self.blocks.iter().map(|b| self.json(b)).collect();
        report::print_json(&json!({
            "cycles": self.runs.map(|runs| runs.cycles),
            "checked": self.checked.map(Checked::json),
            "blocks": blocks,
        }));
    }

    fn json(&self, b: &Listed<'_>) -> Value {
        let (cost, instructions) = (b.block.size(), b.block.path.instrs.len());
        let sources = b.lines.iter().map(|lines| {
            json!({
                "function": lines.function,
                "file": lines.file,
                "first_line": lines.first,
                "last_line": lines.last,
                "instructions": lines.addresses,
            })
        });
        json!({
            "block": b.index,
            "pc": b.pc,
            "location": b.location,
            "sources": sources.collect::<Vec<_>>(),
            "instructions": instructions,
            "committed_words": cost.words,
            "messages": cost.messages,
            "constraints": cost.ands,
            "products": cost.products,
            "terms": cost.terms,
            "rows": self.runs.map(|runs| runs.rows[b.index]),
            "share": self.runs.map(|runs| runs.share(b.index, instructions)),
            "gain": b.gain,
        })
    }
}

impl Listed<'_> {
    /// Where the path begins, by address, function and source lines, and the files that it goes through.
    fn place(&self) -> String {
        let sources = self.sources().map(|sources| format!("; {sources}")).unwrap_or_default();
        format!("{:#x} {}{sources}", self.pc, cut(&self.function))
    }

    /// The lines where the path begins, and the files that it goes through; nothing without debug information.
    fn sources(&self) -> Option<String> {
        let first = self.lines.first()?;
        let mut text = match (first.first, first.last) {
            (line, last) if line == last => format!("{}:{line}", short(&first.file)),
            (line, last) => format!("{}:{line}-{last}", short(&first.file)),
        };
        let all: usize = self.lines.iter().map(|lines| lines.addresses).sum();
        let mut others: Vec<(&str, usize)> = Vec::new();
        for lines in self.lines.iter().filter(|lines| lines.file != first.file) {
            match others.iter_mut().find(|other| other.0 == lines.file) {
                Some(other) => other.1 += lines.addresses,
                None => others.push((&lines.file, lines.addresses)),
            }
        }
        others.sort_by_key(|other| std::cmp::Reverse(other.1));
        let named = |other: &&(&str, usize)| other.1 as f64 >= NAMED * all as f64;
        let named: Vec<_> = others.iter().filter(named).take(FILES).map(|other| short(other.0)).collect();
        if !named.is_empty() {
            text = format!("{text}; {}", named.join(", "));
        }
        Some(text)
    }
}

/// So many blocks.
fn blocks(n: usize) -> String {
    match n {
        0 => "no blocks".to_owned(),
        1 => "1 block".to_owned(),
        n => format!("{} blocks", number(n as u64)),
    }
}

/// The end of a function's long name: what it is of comes first, often with types of types.
fn cut(name: &str) -> String {
    match name.char_indices().rev().nth(NAME - 1) {
        Some((at, _)) if at > 0 => format!("...{}", &name[at..]),
        _ => name.to_owned(),
    }
}

/// A file's name without the folder of the registry or of the compiler that its crate came from.
fn short(file: &str) -> &str {
    let after = |mark: &str| {
        let at = file.find(mark)? + mark.len();
        Some(&file[at + file[at..].find('/')? + 1..])
    };
    after("index.crates.io-").or_else(|| after("/rustc/")).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_without_where_their_crates_came_from() {
        let file = "/cargo/registry/src/index.crates.io-1949cf8c6b5b557f/sha2-0.10.9/src/sha256.rs";
        assert_eq!(short(file), "sha2-0.10.9/src/sha256.rs");
        assert_eq!(short("/rustc/ac68faa2/library/core/src/cmp.rs"), "library/core/src/cmp.rs");
        assert_eq!(short("src/main.rs"), "src/main.rs");
    }

    #[test]
    fn one_block_is_no_blocks() {
        assert_eq!([0, 1, 2].map(blocks), ["no blocks", "1 block", "2 blocks"]);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(cut("main+0x4"), "main+0x4");
        let (exact, long) = ("é".repeat(NAME), format!("x{}", "é".repeat(NAME)));
        assert_eq!((cut(&exact), cut(&long)), (exact.clone(), format!("...{exact}")));
    }
}
