//! Canonical byte strings: numbers of eight bytes, little-endian, and text behind its length.

use alloc::vec::Vec;

use crate::shape::Message;

pub(crate) struct Encoder<'o>(pub &'o mut Vec<u8>);

impl Encoder<'_> {
    pub fn number(&mut self, n: u64) {
        self.0.extend_from_slice(&n.to_le_bytes());
    }

    pub fn text(&mut self, s: &str) {
        self.number(s.len() as u64);
        self.0.extend_from_slice(s.as_bytes());
    }

    pub fn ids(&mut self, ids: &[u32]) {
        ids.iter().for_each(|&id| self.number(u64::from(id)));
    }

    /// Messages behind their number.
    pub fn messages(&mut self, messages: &[Message]) {
        self.number(messages.len() as u64);
        for m in messages {
            self.number(m.tag);
            self.number(m.words.len() as u64);
            self.ids(&m.words);
        }
    }
}
