//! Code of instructions of 16 and 32 bits.

/// Code under construction: half words, so that instructions may follow each other at even addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code(Vec<u16>);

impl Code {
    /// No code.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an instruction of 32 bits.
    pub fn push32(&mut self, word: u32) {
        self.0.extend([word as u16, (word >> 16) as u16]);
    }

    /// Adds an instruction of 16 bits.
    pub fn push16(&mut self, half: u16) {
        self.0.push(half);
    }

    /// Adds other code.
    pub fn append(&mut self, code: impl Into<Self>) {
        self.0.extend(code.into().0);
    }

    /// Bytes that the code takes.
    pub fn size(&self) -> usize {
        2 * self.0.len()
    }

    /// The half words.
    pub fn halves(&self) -> &[u16] {
        &self.0
    }

    /// The bytes as they lie in memory.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|half| half.to_le_bytes()).collect()
    }
}

impl Extend<u32> for Code {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, words: I) {
        words.into_iter().for_each(|word| self.push32(word));
    }
}

impl Extend<u16> for Code {
    fn extend<I: IntoIterator<Item = u16>>(&mut self, halves: I) {
        self.0.extend(halves);
    }
}

impl From<u32> for Code {
    fn from(word: u32) -> Self {
        Self::from([word])
    }
}

impl From<u16> for Code {
    fn from(half: u16) -> Self {
        Self(vec![half])
    }
}

impl<const N: usize> From<[u32; N]> for Code {
    fn from(words: [u32; N]) -> Self {
        Self::from(&words[..])
    }
}

impl From<Vec<u32>> for Code {
    fn from(words: Vec<u32>) -> Self {
        Self::from(&words[..])
    }
}

impl From<&[u32]> for Code {
    fn from(words: &[u32]) -> Self {
        let mut code = Self::new();
        code.extend(words.iter().copied());
        code
    }
}

impl FromIterator<Self> for Code {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }
}
