//! Equations on 32 bits, packed two to a committed word.

use dyad_rules::{LOW, Rules, Word, gadgets};

/// Equations on 32 bits, packed two to a committed word: one waits for the next, and what is left when
/// the row is closed gets a word of its own.
pub struct Equations<W> {
    waiting: Option<Equation<W>>,
    words: usize,
}

/// Bit by bit `(a ^ i) & (b ^ i) = c ^ i`, `i` being `c` shifted up by one where the mask `carried`
/// is 1. `c` is the word of carries of `a + b` where all but bit 0 is carried, and `a & b` where
/// nothing is.
#[derive(Clone, Copy)]
struct Equation<W> {
    /// In the low half.
    a: W,
    /// In the low half.
    b: W,
    /// Where the carry of the bit below comes in.
    carried: u64,
    /// The bits of `c` that are the constant 1; they are not committed.
    forced: u64,
}

/// All bits but the lowest carry.
const CARRIED: u64 = 0xffff_fffe;

const NAMES: [&str; 9] =
    ["times 0", "times 1", "times 2", "times 3", "times 4", "times 5", "times 6", "times 7", "times 8"];

impl<W: Word> Equations<W> {
    /// None.
    #[inline(always)]
    #[allow(clippy::new_without_default, reason = "an empty list of equations says nothing")]
    pub fn new() -> Self {
        Self { waiting: None, words: 0 }
    }

    /// Demands `x < y` as unsigned numbers, `y` having a zero high half; that of `x` is ignored.
    ///
    /// `y + !x` carries out exactly when x < y: the top carry is the constant 1.
    #[inline(always)]
    pub fn less<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) {
        let a = (x & LOW) ^ r.constant(LOW);
        self.add_equation(r, Equation { a, b: y, carried: CARRIED, forced: 1 << 31 });
    }

    /// `x & y`, both with a zero high half.
    #[inline(always)]
    pub fn and<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) -> W {
        self.at_once(r, Equation { a: x, b: y, carried: 0, forced: 0 })
    }

    /// The carries of `x + y`, both with a zero high half.
    #[inline(always)]
    pub fn carries<R: Rules<Word = W>>(&mut self, r: &mut R, x: W, y: W) -> W {
        self.at_once(r, Equation { a: x, b: y, carried: CARRIED, forced: 0 })
    }

    /// Commits what waits.
    #[inline(always)]
    pub fn finish<R: Rules<Word = W>>(&mut self, r: &mut R) {
        if let Some(low) = self.waiting.take() {
            self.word(r, low, None);
        }
    }

    #[inline(always)]
    fn add_equation<R: Rules<Word = W>>(&mut self, r: &mut R, e: Equation<W>) {
        match self.waiting.take() {
            Some(low) => {
                self.word(r, low, Some(e));
            }
            None => self.waiting = Some(e),
        }
    }

    /// Commits an equation now and returns its `c`, in the low half.
    #[inline(always)]
    fn at_once<R: Rules<Word = W>>(&mut self, r: &mut R, e: Equation<W>) -> W {
        match self.waiting.take() {
            Some(low) => self.word(r, low, Some(e)) >> 32,
            None => self.word(r, e, None),
        }
    }

    /// One committed word. Cost 1/1.
    #[inline(always)]
    fn word<R: Rules<Word = W>>(&mut self, r: &mut R, low: Equation<W>, high: Option<Equation<W>>) -> W {
        let Equation { mut a, mut b, mut carried, mut forced } = low;
        if let Some(high) = high {
            a = a ^ (high.a << 32);
            b = b ^ (high.b << 32);
            carried |= high.carried << 32;
            forced |= high.forced << 32;
        }
        let name = NAMES[self.words];
        self.words += 1;
        let committed = r.commit_with_free(name, forced, || {
            let half = |x: u64, y: u64, carried: u64| {
                if carried & LOW == 0 { x & y & LOW } else { gadgets::carries(x, y, false) & LOW }
            };
            let (a, b) = (a.value(), b.value());
            (half(a & LOW, b & LOW, carried) | half(a >> 32, b >> 32, carried >> 32) << 32) & !forced
        });
        let c = if forced == 0 { committed } else { (committed & !forced) ^ r.constant(forced) };
        let i = (c << 1) & carried;
        r.assert_and(name, a ^ i, b ^ i, c ^ i);
        c
    }
}
