//! The source lines that a piece of code comes from.

use std::collections::BTreeMap;

use crate::symbols::{Symbols, is_of_library};

/// Lines of one function that some addresses come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The function, demangled, where the file tells; it may stand inlined in others.
    pub function: Option<String>,
    /// Its file.
    pub file: String,
    /// The first of the lines, from 1.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// How many of the addresses come from them.
    pub addresses: usize,
}

/// A function, and its file.
type Function = (Option<String>, String);

impl Symbols<'_> {
    /// The source lines of some addresses: first those of the function that the first address is of, then the others, by
    /// how many addresses are theirs. An address in code of the standard library that stands inlined counts as the line
    /// that asked for it; those of which nothing is known are left out.
    pub fn lines(&self, addresses: impl IntoIterator<Item = u64>) -> Vec<Lines> {
        let mut known: BTreeMap<Function, usize> = BTreeMap::new();
        let mut out: Vec<Lines> = Vec::new();
        for (function, line) in addresses.into_iter().filter_map(|address| self.line(address)) {
            let at = *known.entry(function.clone()).or_insert(out.len());
            if at == out.len() {
                let (function, file) = function;
                out.push(Lines { function, file, first: line, last: line, addresses: 0 });
            }
            let lines = &mut out[at];
            (lines.first, lines.last) = (lines.first.min(line), lines.last.max(line));
            lines.addresses += 1;
        }
        if let Some((_, others)) = out.split_first_mut() {
            others.sort_by_key(|lines| std::cmp::Reverse(lines.addresses));
        }
        out
    }

    /// The function and the line that an address comes from, outside of the standard library if it can be.
    fn line(&self, address: u64) -> Option<(Function, u32)> {
        let mut frames = self.lines.as_ref()?.find_frames(address).skip_all_loads().ok()?;
        let mut innermost = None;
        while let Ok(Some(frame)) = frames.next() {
            let name = frame.function.and_then(|f| Some(f.raw_name().ok()?.into_owned()));
            let name = name.map(|name| format!("{:#}", rustc_demangle::demangle(&name)));
            let place = frame.location.and_then(|l| Some((l.file?, l.line.filter(|&line| line != 0)?)));
            let Some((file, line)) = place else { continue };
            let found = ((name, file.to_owned()), line);
            if !is_of_library(file) {
                return Some(found);
            }
            innermost = innermost.or(Some(found));
        }
        innermost
    }
}
