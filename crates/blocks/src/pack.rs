//! Pieces of words packed into words of 64 bits.

/// Where a piece lies: the word and the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub word: u32,
    pub bit: u32,
}

/// Places for pieces of these widths, at most 64 each, and how many words they take: the widest first, each in the
/// first word that has room.
pub(crate) fn pack(widths: &[u32]) -> (Vec<Place>, u32) {
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(widths[i]));
    let mut places = vec![Place::default(); widths.len()];
    let mut used: Vec<u32> = Vec::new();
    // The first word that may have room for a piece, by its width: wider pieces come first.
    let mut first = [0usize; 65];
    for i in order {
        let width = widths[i];
        let from = first[width as usize];
        let word = (from..used.len()).find(|&w| used[w] + width <= 64).unwrap_or_else(|| {
            used.push(0);
            used.len() - 1
        });
        first[width as usize] = word;
        places[i] = Place { word: word as u32, bit: used[word] };
        used[word] += width;
    }
    (places, used.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_do_not_overlap() {
        let widths = [64, 1, 32, 33, 31, 7, 64, 60, 4, 3, 1, 1, 26, 26];
        let (places, words) = pack(&widths);
        let mut used = vec![0u64; words as usize];
        for (place, width) in places.iter().zip(widths) {
            let mask = (u64::MAX >> (64 - width)) << place.bit;
            assert!(place.bit + width <= 64 && used[place.word as usize] & mask == 0);
            used[place.word as usize] |= mask;
        }
        assert_eq!(words, widths.iter().sum::<u32>().div_ceil(64));
    }
}
