//! Slots for words that are made one after the other, used again once nothing needs what they hold.

use alloc::vec::Vec;

use crate::shape::NodeId;

/// Index of a slot.
pub type Slot = u32;

/// Gives words their slots. First all uses are noted, then each word is placed in its turn.
#[derive(Debug)]
pub struct Slots {
    /// Of each word, the word that uses it last.
    last: Vec<NodeId>,
    of: Vec<Slot>,
    free: Vec<Slot>,
    /// The inputs of a word that nothing uses after it.
    done: Vec<NodeId>,
    count: u32,
}

impl Slots {
    /// For so many words.
    pub fn new(words: usize) -> Self {
        let (last, of) = (alloc::vec![0; words], alloc::vec![0; words]);
        Self { last, of, free: Vec::new(), done: Vec::new(), count: 0 }
    }

    /// Notes that a word is made from another one. A word that is made is noted as used by itself.
    pub fn note(&mut self, word: NodeId, user: NodeId) {
        let last = &mut self.last[word as usize];
        *last = user.max(*last);
    }

    /// The slot of a word that was placed.
    pub fn of(&self, word: NodeId) -> Slot {
        self.of[word as usize]
    }

    /// The slot that a word is made in, which may be one of its inputs': these are free after their last use. If nothing
    /// uses the word, the slot holds it until the next one is placed.
    pub fn place(&mut self, word: NodeId, inputs: impl Iterator<Item = NodeId>) -> Slot {
        self.done.clear();
        self.done.extend(inputs.filter(|&input| self.last[input as usize] == word));
        self.done.sort_unstable();
        self.done.dedup();
        self.free.extend(self.done.iter().map(|&input| self.of[input as usize]));
        let slot = self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.of[word as usize] = slot;
        if self.last[word as usize] == word {
            self.free.push(slot);
        }
        slot
    }

    /// How many slots there are.
    pub fn count(&self) -> usize {
        self.count as usize
    }
}
