//! Proofs of one run again and again.
use dyad::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |path: &str| std::fs::read(path).expect("a file");
    let (elf, sample, input) = (read(&args[1]), read(&args[2]), read(&args[3]));
    let plain = Program::from_elf(&elf).expect("a program");
    let chosen = plain.tune(&[&sample], Limits::default(), Budget::default()).expect("runs");
    let program =
        plain.clone().with_blocks(chosen.iter().map(|c| c.block.path.clone()).collect()).expect("paths");
    let clear = std::env::var("CLEAR").is_ok();
    let mut first = None;
    for i in 0..args[4].parse::<usize>().unwrap() {
        let prover = Prover::new(&program).expect("a prover");
        let prover = if clear { prover.transparent() } else { prover };
        let (proof, _) = prover.prove(&input).expect("proves");
        let ok = verify(prover.key(), &proof);
        if let Err(e) = &ok {
            println!("{i} REJECTED {e}");
        }
        if clear {
            let b = proof.to_bytes();
            match &first {
                None => first = Some(b),
                Some(f) => {
                    if *f != b {
                        let at = f.iter().zip(&b).position(|(x, y)| x != y);
                        println!("{i} DIFFERS at {at:?} of {}", b.len());
                    }
                }
            }
        }
    }
}
