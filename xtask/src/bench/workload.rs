//! The examples with inputs of any size.

use crate::steps::Failure;

/// An example, and inputs for it.
pub struct Workload {
    /// Its folder in `examples/`.
    pub name: &'static str,
    /// An input of a size, made of other bytes for another draw: the cycles that it takes grow with the size.
    input: fn(size: u64, draw: Draw) -> Vec<u8>,
}

/// Which of two series the bytes of an input are from, so that a program can be tuned by inputs that it isn't
/// measured with.
#[derive(Clone, Copy)]
pub enum Draw {
    Measured,
    Sample,
}

/// All of them.
pub const WORKLOADS: [Workload; 6] = [
    Workload { name: "loops", input: |turns, _| turns.to_string().into_bytes() },
    Workload { name: "multiply", input: |turns, _| turns.to_string().into_bytes() },
    Workload { name: "fibonacci", input: |n, _| n.to_string().into_bytes() },
    Workload { name: "sha256", input: |bytes, draw| noise(bytes, draw).map(|n| n as u8).collect() },
    Workload { name: "json", input: document },
    Workload {
        name: "sort",
        input: |lines, draw| noise(lines, draw).flat_map(|n| format!("{n:016x}\n").into_bytes()).collect(),
    },
];

/// Steps of a generator that starts always at the same place, or far behind it.
fn noise(count: u64, draw: Draw) -> impl Iterator<Item = u64> {
    let skipped = match draw {
        Draw::Measured => 1,
        Draw::Sample => 10_000_000,
    };
    let next = |state: &u64| {
        let mut x = *state;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        Some(x)
    };
    std::iter::successors(Some(0x9e37_79b9_7f4a_7c15), next).skip(skipped).take(count as usize)
}

fn document(items: u64, draw: Draw) -> Vec<u8> {
    let items: Vec<String> = noise(items, draw)
        .enumerate()
        .map(|(i, n)| {
            format!(r#"{{"id": {i}, "tag": "{n:x}", "price": {}, "ok": {}}}"#, n % 1_000_000, n % 2 == 0)
        })
        .collect();
    format!(r#"{{"items": [{}], "name": "Ada"}}"#, items.join(", ")).into_bytes()
}

impl Workload {
    /// The largest input found whose run takes at most `target` cycles, close to it.
    pub fn input_for(
        &self,
        target: u64,
        draw: Draw,
        cycles: impl Fn(&[u8]) -> Result<u64, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        // Cycles are nearly linear in the size: follow the line through the best size so far and 1.
        let base = cycles(&(self.input)(1, draw))?;
        let (mut low, mut low_cycles, mut high) = (1, base, u64::MAX);
        let mut guess = 1000;
        for _ in 0..40 {
            let found = cycles(&(self.input)(guess, draw))?;
            if found <= target {
                (low, low_cycles) = (guess, found);
            } else {
                high = guess;
            }
            if high - low <= 1 || (low_cycles <= target && low_cycles * 1000 >= target * 999) {
                break;
            }
            let slope = (found.saturating_sub(base)).max(1) as f64 / (guess - 1).max(1) as f64;
            let next = 1.0 + target.saturating_sub(base) as f64 / slope;
            guess = (next as u64).clamp(low + 1, high - 1);
        }
        Ok((self.input)(low, draw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_come_close_to_their_target() {
        for target in [10_000u64, 1_000_000, 8_000_000] {
            // n log n, as sorting.
            let cost = |input: &[u8]| {
                let n = input.len() as f64;
                Ok((500.0 + 30.0 * n * n.log2()) as u64)
            };
            let input = WORKLOADS[3].input_for(target, Draw::Measured, cost).unwrap();
            let found = cost(&input).unwrap();
            assert!(found <= target && found * 100 >= target * 98, "{found} for {target}");
        }
    }

    #[test]
    fn documents_are_json() {
        let document: serde_json::Value = serde_json::from_slice(&document(20, Draw::Measured)).unwrap();
        assert_eq!(document["name"], "Ada");
        assert_eq!(document["items"].as_array().unwrap().len(), 20);
    }

    #[test]
    fn samples_are_other_inputs() {
        assert_ne!(document(3, Draw::Measured), document(3, Draw::Sample));
        let other: Vec<u64> = noise(1000, Draw::Sample).collect();
        assert!(noise(1000, Draw::Measured).all(|step| !other.contains(&step)));
    }
}
