//! A table as equations of bits.

use dyad_rules::form::Take;
use dyad_rules::form_list::FormList;
use dyad_rules::forms::{FormId, TableForms};
use dyad_rules::shape::Message;

/// A committed bit: 64 times its column, and its place.
pub(crate) type Bit = u32;
/// Index of a sum of committed bits and a constant.
pub(crate) type SumId = u32;

/// The sum of nothing, 0 or 1.
const CONSTANTS: [SumId; 2] = [0, 1];

/// One bit equation of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Equation {
    /// `a b = c` of single bits, by its index in a list of the system's.
    And(u32),
    /// A bit of a product, 64 and more of the high word.
    Product(u32, u8),
}

/// A message of the table, its words bit by bit.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub tag: u64,
    pub words: Vec<[SumId; 64]>,
}

/// Lists of numbers, one for each of many things.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// Of so many things, from pairs of a thing and an item.
    fn of(things: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0; things + 1];
        pairs.iter().for_each(|p| starts[p.0 as usize + 1] += 1);
        for i in 0..things {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut items = vec![0; pairs.len()];
        for &(thing, item) in pairs {
            let at = &mut next[thing as usize];
            items[*at as usize] = item;
            *at += 1;
        }
        Self { starts, items }
    }

    /// The items of a thing.
    #[inline]
    pub fn get(&self, thing: u32) -> &[u32] {
        &self.items[self.starts[thing as usize] as usize..self.starts[thing as usize + 1] as usize]
    }
}

/// All equations of a table.
#[derive(Clone, Debug)]
pub(crate) struct System {
    /// Committed bits.
    pub bits: usize,
    /// The constant of each sum.
    pub constants: Vec<bool>,
    /// The bits of each sum.
    pub sums: Lists,
    /// The sums that each bit is in.
    pub uses: Lists,
    /// The equations `a b = c`, those left out that have no bits.
    pub ands: Vec<[SumId; 3]>,
    /// The equations that each sum is in.
    pub in_ands: Lists,
    pub products: Vec<[[SumId; 64]; 4]>,
    /// The products that each sum is a factor's bit of.
    pub in_products: Lists,
    pub pushes: Vec<Said>,
    pub pulls: Vec<Said>,
    /// An equation of constants that does not hold, if there is one.
    pub impossible: bool,
}

/// Makes sums of forms, each form once.
struct Builder<'f> {
    forms: &'f FormList,
    words: Vec<Option<Box<[SumId; 64]>>>,
    /// Of each bit, the sum of it alone and of it and 1; 0 where there is none yet.
    alone: Vec<[SumId; 2]>,
    constants: Vec<bool>,
    /// Pairs of a sum and a bit of it.
    pairs: Vec<(u32, u32)>,
}

impl Builder<'_> {
    fn word(&mut self, id: FormId) -> [SumId; 64] {
        if let Some(word) = &self.words[id as usize] {
            return **word;
        }
        let form = self.forms.at(id as usize);
        let mut bits: [Vec<Bit>; 64] = std::array::from_fn(|_| Vec::new());
        for term in form.terms {
            let mut mask = term.mask;
            while mask != 0 {
                let at = mask.trailing_zeros();
                mask &= mask - 1;
                let source = match term.take {
                    Take::Shift(by) => at.wrapping_add_signed(-i32::from(by)),
                    Take::Bit(bit) => u32::from(bit),
                };
                bits[at as usize].push(64 * term.column + source);
            }
        }
        let mut at = 0;
        let word = bits.map(|bits| {
            at += 1;
            self.sum(bits, form.constant >> (at - 1) & 1 == 1)
        });
        self.words[id as usize] = Some(Box::new(word));
        word
    }

    fn sum(&mut self, mut bits: Vec<Bit>, constant: bool) -> SumId {
        bits.sort_unstable();
        // A bit that is there twice is not there.
        let mut once: Vec<Bit> = Vec::with_capacity(bits.len());
        for bit in bits {
            if once.last() == Some(&bit) {
                once.pop();
            } else {
                once.push(bit);
            }
        }
        match once[..] {
            [] => return CONSTANTS[usize::from(constant)],
            [bit] => {
                let known = self.alone[bit as usize][usize::from(constant)];
                if known != 0 {
                    return known;
                }
            }
            _ => {}
        }
        let id = self.constants.len() as SumId;
        self.constants.push(constant);
        if let [bit] = once[..] {
            self.alone[bit as usize][usize::from(constant)] = id;
        }
        self.pairs.extend(once.into_iter().map(|bit| (id, bit)));
        id
    }
}

impl System {
    /// The equations of a table.
    pub fn new(table: &TableForms) -> Self {
        let bits = 64 * table.committed;
        let mut builder = Builder {
            forms: &table.forms,
            words: vec![None; table.forms.len()],
            alone: vec![[0; 2]; bits],
            constants: vec![false, true],
            pairs: Vec::new(),
        };
        let mut impossible = false;
        let mut ands = Vec::new();
        for operands in &table.ands {
            let words = operands.map(|o| builder.word(o));
            for bit in 0..64 {
                let sums = words.map(|word| word[bit]);
                let [a, b, c] = sums;
                let nothing = CONSTANTS[0];
                if c == nothing && (a == nothing || b == nothing) {
                    continue;
                }
                if sums.iter().all(|s| CONSTANTS.contains(s)) {
                    impossible |= a & b != c;
                    continue;
                }
                ands.push(sums);
            }
        }
        let products: Vec<_> = table.products.iter().map(|p| p.map(|o| builder.word(o))).collect();
        let mut said = |messages: &[Message]| -> Vec<Said> {
            let mut words = |m: &Message| m.words.iter().map(|&w| builder.word(w)).collect();
            messages.iter().map(|m| Said { tag: m.tag, words: words(m) }).collect()
        };
        let (pushes, pulls) = (said(&table.pushes), said(&table.pulls));
        let Builder { constants, pairs, .. } = builder;
        let count = constants.len();
        let turned: Vec<_> = pairs.iter().map(|&(sum, bit)| (bit, sum)).collect();
        let of_ands: Vec<_> =
            ands.iter().zip(0..).flat_map(|(sums, i)| sums.map(|s: SumId| (s, i))).collect();
        let mut of_products = Vec::new();
        for (product, i) in products.iter().zip(0..) {
            of_products.extend(product[..2].as_flattened().iter().map(|&s: &SumId| (s, i)));
        }
        Self {
            bits,
            constants,
            sums: Lists::of(count, &pairs),
            uses: Lists::of(bits, &turned),
            in_ands: Lists::of(count, &of_ands),
            in_products: Lists::of(count, &of_products),
            ands,
            products,
            pushes,
            pulls,
            impossible,
        }
    }

    /// The places of the bits of an equation in their columns.
    pub fn places(&self, equation: Equation) -> Vec<u32> {
        let Equation::And(index) = equation else { return Vec::new() };
        let sums = &self.ands[index as usize];
        let mut out: Vec<u32> = sums.iter().flat_map(|&s| self.sums.get(s)).map(|bit| bit % 64).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The bit equations, each of which a mutation may leave out.
    pub fn equations(&self) -> impl Iterator<Item = Equation> {
        let products =
            (0..self.products.len() as u32).flat_map(|p| (0..128).map(move |b| Equation::Product(p, b)));
        (0..self.ands.len() as u32).map(Equation::And).chain(products)
    }
}
