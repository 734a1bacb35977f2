//! A program tuned by one input, and proofs of a run with another, without blocks and with them.
use std::time::Instant;

use dyad::{Budget, Limits, Program, Prover, verify};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |path: &str| std::fs::read(path).expect("a file");
    let (elf, sample, input) = (read(&args[1]), read(&args[2]), read(&args[3]));
    let terms = args.get(4).map_or(100_000, |n| n.parse().expect("a number"));
    let plain = Program::from_elf(&elf).expect("a program");
    let start = Instant::now();
    let chosen =
        plain.tune(&[&sample], Limits::default(), Budget { terms, ..Budget::default() }).expect("runs");
    let tuned = start.elapsed();
    let size = chosen.iter().fold([0; 4], |s, c| {
        let z = c.block.size();
        [s[0] + z.terms, s[1] + z.words, s[2] + c.block.path.instrs.len(), s[3] + 1]
    });
    println!(
        "{}: tuned in {tuned:.2?}: {} blocks, {} instructions, {} words, {} terms",
        args[1], size[3], size[2], size[1], size[0]
    );
    for c in chosen.iter().take(if args.len() > 5 { 20 } else { 0 }) {
        let z = c.block.size();
        println!(
            "   {:#x} {} instrs rows {} cost {:.0} of {:.0} us; {z:?}",
            plain.details().instrs()[c.block.path.instrs[0] as usize].pc,
            c.block.path.instrs.len(),
            c.rows,
            c.cost / 1e3,
            c.single / 1e3
        );
    }
    let start = Instant::now();
    let program = plain.clone().with_blocks(dyad_blocks::tune::paths(&chosen)).expect("paths");
    println!("  compiled in {:.2?}", start.elapsed());
    if std::env::var("AUDIT").is_ok() {
        let found = program.audit(&input, Limits::default()).expect("runs");
        println!("  {} findings", found.len());
        found.iter().take(12).for_each(|f| println!("   {f}"));
        return;
    }
    for (name, program) in [("rows", &plain), ("blocks", &program)] {
        let run = program.run(&input, Limits::default()).expect("exits");
        let prover = Prover::new(program).expect("a prover");
        let prover = if std::env::var("CLEAR").is_ok() { prover.transparent() } else { prover };
        for _ in 0..3 {
            let (proof, report) = prover.prove(&input).expect("proves");
            let start = Instant::now();
            if let Err(e) = verify(prover.key(), &proof) {
                println!("REJECTED {e}");
            }
            let verified = start.elapsed();
            let in_blocks: u64 = program
                .blocks()
                .list()
                .iter()
                .zip(report.tables.iter().skip(report.tables.len() - program.blocks().list().len()))
                .map(|(b, t)| b.path.instrs.len() as u64 * u64::from(t.1))
                .sum();
            let cpu: f64 = report.timings.iter().filter_map(|t| t.processor.as_ref()).map(|p| p.all).sum();
            println!(
                "  {name}: {} cycles {:.1}% in blocks, {:.3} s, {:.0} kHz, {:.0} ns core, words {:.2} a cycle, {} kB, {} MB, verify {verified:.2?}; run {:.3} s",
                report.cycles,
                100.0 * in_blocks as f64 / report.cycles as f64,
                report.prove_seconds,
                report.khz(),
                1e9 * cpu / report.cycles as f64,
                run.committed_words as f64 / run.cycles as f64,
                report.proof_bytes / 1000,
                report.memory / 1_000_000,
                run.seconds
            );
            if args.len() > 5 {
                for t in &report.timings {
                    println!(
                        "      {} {:.1} {:.1}",
                        t.name,
                        t.seconds * 1e3,
                        t.processor.as_ref().map_or(0.0, |p| p.all) * 1e3
                    );
                }
            }
        }
    }
}
